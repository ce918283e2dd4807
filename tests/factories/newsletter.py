"""Topics and subscribers in any situation."""

from datetime import timedelta

import factory
from django.utils import timezone

from newsletter.models import Subscriber, Subscription, Topic
from newsletter.states import State

from .home import locale


class TopicFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda number: f"Thème {number}")
    locale = factory.LazyFunction(locale)
    order = factory.Sequence(int)

    class Meta:
        model = Topic


class SubscriberFactory(factory.django.DjangoModelFactory):
    """Confirmed. ``topics=[…]`` subscribes to these, ``pending=True`` waits for the mailed link."""

    email = factory.Sequence(lambda number: f"abonnee{number}@courriel.example")
    language = "fr"
    state = State.CONFIRMED
    link_expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    confirmed_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Subscriber
        skip_postgeneration_save = True

    class Params:
        pending = factory.Trait(state=State.PENDING, confirmed_at=None)
        gone = factory.Trait(state=State.UNSUBSCRIBED, unsubscribed_at=factory.LazyFunction(timezone.now))

    @factory.post_generation
    def topics(self, create, topics, **kwargs):
        for topic in topics or []:
            Subscription.objects.create(subscriber=self, topic_key=topic.translation_key)


def translated_topic(topic: Topic, code: str, name: str) -> Topic:
    """``topic`` in another language."""
    copy = topic.copy_for_translation(locale(code))
    copy.name = name
    copy.save()
    return copy
