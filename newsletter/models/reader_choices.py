"""Bases for readers of every channel: their topics, and the proof of their consent."""

from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TopicChoice(models.Model):
    """A topic that a reader chose, by the translation key of the topic."""

    topic_key = models.UUIDField(_("topic"), db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.topic_key)


class Consent(models.Model):
    """A consent or withdrawal of a reader, with its time and topics. No network address is stored.

    The ``kind`` is a field of the subclass.
    """

    at = models.DateTimeField(_("when"), default=timezone.now)
    topics = models.JSONField(_("topics"), default=list)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"


def chosen_topics(choices) -> set[UUID]:
    """Return the keys of the chosen topics. ``choices``: a queryset or manager of TopicChoice."""
    return set(choices.values_list("topic_key", flat=True))


def replace_topics(choices, topic_keys) -> None:
    """Replace the topics of a reader. ``choices``: the reader's related manager of TopicChoice."""
    wanted = {UUID(str(key)) for key in topic_keys}
    choices.exclude(topic_key__in=wanted).delete()
    owner = {choices.field.name: choices.instance}
    choices.bulk_create(choices.model(**owner, topic_key=key) for key in wanted - chosen_topics(choices))
