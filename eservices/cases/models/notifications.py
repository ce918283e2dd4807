"""Agent notifications, and agents' preferences for them."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from home.localization.punctuation import labelled

from .case import Case


class NotificationType(models.TextChoices):
    """The kinds of agent notification."""

    NEW = "new", _("A new request for my team")
    ASSIGNED = "assigned", _("A case is assigned to me")
    ANSWERED = "answered", _("An applicant writes on a case of mine")
    MENTIONED = "mentioned", _("A colleague mentions me in a note")
    REVIEW = "review", _("A decision to be confirmed by me, or one of mine that is sent back")
    DEADLINE = "deadline", _("The deadline of a case of mine is near")


class NotificationMethod(models.TextChoices):
    NOW = "now", _("at once")
    DAILY = "daily", _("once a day, in one e-mail")
    NEVER = "never", _("not at all")


class NotificationPreference(models.Model):
    """The method that a user chose for one kind; else the default of ``workflow.notification_defaults`` applies."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    kind = models.CharField(max_length=10, choices=NotificationType)
    way = models.CharField(max_length=6, choices=NotificationMethod)

    class Meta:
        verbose_name = _("choice of notices")
        verbose_name_plural = _("choices of notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_kind")]

    def __str__(self) -> str:
        return labelled(f"{self.user}, {self.get_kind_display()}", self.get_way_display())


class AgentNotificationQuerySet(models.QuerySet["AgentNotification"]):
    def due(self, now: datetime) -> Self:
        """Filter notifications due for a digest by ``now``."""
        return self.filter(sent_at=None, due_at__lte=now)


class AgentNotification(models.Model):
    """A notification for the agent's next digest, or the record of one that must not be repeated."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NotificationType)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = AgentNotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["at"]
        indexes = [models.Index(fields=["due_at"], name="notice_due", condition=Q(sent_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "case"], condition=Q(kind="deadline"), name="one_notice_of_a_deadline"
            )
        ]

    def __str__(self) -> str:
        return labelled(self.get_kind_display(), self.case)
