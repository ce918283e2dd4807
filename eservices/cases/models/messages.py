"""Notes and messages on cases."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.submissions.models import StoredFile

from .case import Case


class Note(models.Model):
    """A note among agents, which the applicant never sees."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, help_text=_("People who were notified.")
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.text[:60]


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> Self:
        """Filter agents' questions that are due by ``now``: for a reminder, or at the end of their term."""
        return self.filter(due_at__lte=now)


class Message(models.Model):
    """A message between the commune and the applicant, with files."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        QUESTION = "question", _("question")
        ANSWER = "answer", _("answer")
        DECISION = "decision", _("decision")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MESSAGE)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The agent. Empty if the applicant wrote."),
    )
    text = models.TextField(_("text"))
    files = models.ManyToManyField(StoredFile, related_name="messages", blank=True)
    at = models.DateTimeField(default=timezone.now)
    term = models.DateTimeField(
        _("to be answered by"), null=True, blank=True, help_text=_("Deadline of a question.")
    )
    due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Time of the next check of a question, for a reminder or its deadline."),
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["at"]
        indexes = [
            models.Index(fields=["due_at"], name="question_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def from_applicant(self) -> bool:
        """True if the applicant wrote it.

        A missing author is not enough: questions of the process have none either.
        """
        return self.author_id is None and self.kind in (self.Kind.MESSAGE, self.Kind.ANSWER)

    @property
    def is_noted(self) -> bool:
        """True if it is an answer of the applicant that an agent recorded."""
        return self.author_id is not None and self.kind == self.Kind.ANSWER
