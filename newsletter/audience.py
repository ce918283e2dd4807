"""Audiences of campaigns and alerts."""

from .models import Subscriber


def subscribers_for(topics, language: str | None = None):
    """Return confirmed subscribers of at least one of the topics, each once; of one language if given.

    A topic chosen in one language counts in all: topics are compared by translation key.
    """
    keys = {topic.translation_key for topic in topics}
    reached = Subscriber.objects.confirmed().filter(subscriptions__topic_key__in=keys)
    if language:
        reached = reached.filter(language=language)
    return reached.distinct()


def audience_of(campaign):
    """Return the confirmed subscribers of a campaign: those of its topics, or all."""
    topics = list(campaign.topics.all())
    return subscribers_for(topics) if topics else Subscriber.objects.confirmed()
