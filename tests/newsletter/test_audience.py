from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from newsletter import states
from newsletter.actions import subscribers
from newsletter.audience import subscribers_for
from newsletter.jobs import GRACE, delete_unconfirmed_subscribers
from newsletter.models import Subscriber
from newsletter.states import SubscriberState
from tests.factories.newsletter import SubscriberFactory, TopicFactory, translated_topic

pytestmark = pytest.mark.django_db


def test_only_confirmed_subscribers_of_a_topic_are_reached_once():
    roads, lake, school = TopicFactory(), TopicFactory(), TopicFactory()
    both = SubscriberFactory(topics=[roads, lake])
    SubscriberFactory(topics=[school])
    SubscriberFactory(pending=True, topics=[roads])
    SubscriberFactory(gone=True, topics=[roads])
    assert list(subscribers_for([roads, lake])) == [both]


def test_topic_chosen_in_one_language_applies_to_the_others():
    roads = TopicFactory()
    german = SubscriberFactory(topics=[roads], language="de")
    french = SubscriberFactory(topics=[roads])
    translation = translated_topic(roads, "de", "Baustellen")
    assert set(subscribers_for([translation])) == {german, french}
    assert list(subscribers_for([translation], "de")) == [german]


def test_mailing_without_topics_reaches_nobody():
    SubscriberFactory(topics=[TopicFactory()])
    assert not subscribers_for([]).exists()


def test_unconfirmed_subscribers_are_deleted():
    pending = SubscriberFactory(pending=True, link_expires_at=timezone.now())
    kept = [SubscriberFactory(), SubscriberFactory(gone=True), asked_again := SubscriberFactory(gone=True)]
    subscribers.request_subscription(email=asked_again.email, language="fr", topic_keys=[])
    delete_unconfirmed_subscribers(timezone.now())
    assert Subscriber.objects.filter(pk=pending.pk).exists()
    with time_machine.travel(timezone.now() + GRACE + timedelta(days=8)):
        delete_unconfirmed_subscribers(timezone.now())
    assert set(Subscriber.objects.all()) == set(kept)
    assert Subscriber.objects.get(pk=asked_again.pk).state == SubscriberState.UNSUBSCRIBED


@pytest.mark.parametrize(
    ("source", "target", "answer"),
    [
        (SubscriberState.PENDING, SubscriberState.CONFIRMED, True),
        (SubscriberState.PENDING, SubscriberState.UNSUBSCRIBED, True),
        (SubscriberState.CONFIRMED, SubscriberState.UNSUBSCRIBED, True),
        (SubscriberState.CONFIRMED, SubscriberState.PENDING, False),
        (SubscriberState.UNSUBSCRIBED, SubscriberState.CONFIRMED, True),
        (SubscriberState.UNSUBSCRIBED, SubscriberState.PENDING, True),
        (SubscriberState.CONFIRMED, SubscriberState.CONFIRMED, True),
    ],
)
def test_subscriber_states_change_as_declared(source, target, answer):
    assert states.is_allowed(source, target) is answer
