"""Whom a piece of news reaches."""

from .models import Subscriber


def subscribers_for(topics, language: str | None = None):
    """Confirmed subscribers of at least one of the topics, each once; only those of a language if given.

    A topic chosen in one language holds in all: topics are compared by their translation key.
    """
    keys = {topic.translation_key for topic in topics}
    reached = Subscriber.objects.confirmed().filter(subscriptions__topic_key__in=keys)
    if language:
        reached = reached.filter(language=language)
    return reached.distinct()


def audience_of(campaign):
    """The confirmed subscribers to whom a campaign is addressed: those of its topics, or all."""
    topics = list(campaign.topics.all())
    return subscribers_for(topics) if topics else Subscriber.objects.confirmed()
