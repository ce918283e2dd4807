import pytest
from django.test import Client
from django.urls import reverse

from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import transports
from newsletter.actions import subscribers as actions
from newsletter.models import ConsentEvent, Subscriber
from newsletter.states import SubscriberState
from tests.factories.home import make_site
from tests.factories.newsletter import SubscriberFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def site(module_db):
    return make_site()


def link(name, subscriber):
    return reverse(f"newsletter:{name}", args=[subscriber.secret])


def test_subscriber_changes_topics_and_language(client):
    old, new = TopicFactory(), TopicFactory()
    subscriber = SubscriberFactory(topics=[old])
    answer = client.post(
        link("preferences", subscriber), {"topics": [str(new.translation_key)], "language": "de"}
    )
    assert answer.status_code == 302
    subscriber.refresh_from_db()
    assert subscriber.language == "de"
    assert subscriber.topic_keys == {new.translation_key}
    assert subscriber.consents.get().kind == ConsentEvent.Kind.CHANGED


@pytest.mark.parametrize(
    "data", [{"language": "fr"}, {"language": "xx"}, {"topics": ["nothing"], "language": "fr"}]
)
def test_invalid_preferences_change_nothing(client, data):
    topic = TopicFactory()
    subscriber = SubscriberFactory(topics=[topic])
    assert client.post(link("preferences", subscriber), data).status_code == 422
    assert subscriber.topic_keys == {topic.translation_key}


def test_preferences_page_needs_a_csrf_token():
    subscriber = SubscriberFactory()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link("preferences", subscriber), {"language": "de"}).status_code == 403
    assert strict.post(link("erase", subscriber)).status_code == 403
    subscriber.refresh_from_db()
    assert subscriber.language == "fr"


def test_mail_program_unsubscribes_with_one_post_without_token():
    subscriber = SubscriberFactory()
    mail_program = Client(enforce_csrf_checks=True)
    answer = mail_program.post(link("unsubscribe", subscriber), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.UNSUBSCRIBED
    assert subscriber.unsubscribed_at


def test_opening_the_link_does_not_unsubscribe(client):
    subscriber = SubscriberFactory()
    assert client.get(link("unsubscribe", subscriber)).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.CONFIRMED


def test_unsubscribing_twice_records_one_event(client):
    subscriber = SubscriberFactory()
    for _ in range(2):
        assert client.post(link("unsubscribe", subscriber)).status_code == 200
    assert subscriber.consents.count() == 1


def test_unsubscribe_link_works_during_a_new_confirmation(client):
    subscriber = SubscriberFactory()
    client.post(link("unsubscribe", subscriber))
    actions.request_subscription(email=subscriber.email, language="fr", topic_keys=[])
    assert client.get(link("unsubscribe", subscriber)).status_code == 200
    assert client.post(link("unsubscribe", subscriber)).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.UNSUBSCRIBED
    assert client.post(link("confirm", subscriber)).status_code == 404


def test_unconfirmed_subscriber_has_no_preferences_page(client):
    subscriber = SubscriberFactory(pending=True)
    for name in ("preferences", "unsubscribe"):
        assert client.get(link(name, subscriber)).status_code == 404


def test_every_email_has_one_click_unsubscribe_headers(client):
    subscriber = SubscriberFactory(pending=True)
    client.post(link("confirm", subscriber))
    actions.request_subscription(email=subscriber.email, language="fr", topic_keys=[])
    letters = [transports["email"].message(delivery) for delivery in Delivery.objects.all()]
    assert len(letters) == 2
    for letter in letters:
        target = letter.extra_headers["List-Unsubscribe"].strip("<>")
        assert target == f"http://testserver{link('unsubscribe', subscriber)}"
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = Client(enforce_csrf_checks=True).post(target, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.UNSUBSCRIBED


@pytest.mark.parametrize("asked_again", [False, True])
def test_unsubscribed_subscriber_resubscribes_from_preferences(client, asked_again):
    topic = TopicFactory()
    subscriber = SubscriberFactory(gone=True, topics=[topic])
    if asked_again:
        actions.request_subscription(email=subscriber.email, language="fr", topic_keys=[])
    client.post(link("preferences", subscriber), {"topics": [str(topic.translation_key)], "language": "fr"})
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.CONFIRMED
    consent = subscriber.consents.last()
    assert consent.kind == ConsentEvent.Kind.RESUBSCRIBED
    assert consent.wording


def test_erasing_a_subscriber_leaves_nothing(client):
    subscriber = SubscriberFactory(pending=True, topics=[TopicFactory()])
    actions.confirm_subscription(subscriber=subscriber)  # and an e-mail confirms it
    client.post(link("unsubscribe", subscriber))
    answer = client.post(link("erase", subscriber), follow=True)
    assert answer.status_code == 200
    assert not Delivery.objects.filter(recipient=subscriber.email).exists()
    assert not Subscriber.objects.exists()
    assert not ConsentEvent.objects.exists()
    assert client.get(link("preferences", subscriber)).status_code == 404


def test_opening_the_delete_link_does_not_delete(client):
    subscriber = SubscriberFactory()
    assert client.get(link("erase", subscriber)).status_code == 405
    assert Subscriber.objects.exists()


def test_preferences_pages_are_never_cached(client):
    subscriber, asked = SubscriberFactory(), SubscriberFactory(pending=True)
    for name, whose in (("preferences", subscriber), ("unsubscribe", subscriber), ("confirm", asked)):
        answer = client.get(link(name, whose))
        assert "no-store" in answer["Cache-Control"]
        assert 'content="noindex"' in answer.content.decode()
