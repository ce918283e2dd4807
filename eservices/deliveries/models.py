"""The outbox. A row is written in the transaction of what it tells of; a worker carries it afterwards."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WAKE_AGAIN_AFTER = timedelta(minutes=10)


class DeliveryQuerySet(models.QuerySet):
    def due(self, now):
        """What should be tried at ``now``."""
        return self.filter(state=Delivery.State.PENDING, due_at__lte=now)

    def abandoned(self, now):
        """What a worker claimed and never finished: while carried, ``due_at`` is when the claim ends."""
        return self.filter(state=Delivery.State.CARRYING, due_at__lte=now)

    def asleep(self, now):
        """Without a wake-up since it became due, or for so long that the wake-up must be lost."""
        return self.filter(
            Q(woken_at=None) | Q(woken_at__lt=F("due_at")) | Q(woken_at__lt=now - WAKE_AGAIN_AFTER)
        )

    def open(self):
        """What has not reached its end: still to carry, under way, or stuck."""
        return self.exclude(state__in=[Delivery.State.DONE, Delivery.State.SKIPPED])

    def about(self, subject: str):
        return self.filter(subject=subject)


class Delivery(models.Model):
    """One outgoing act to another system or person, until it is done or skipped with a reason."""

    class State(models.TextChoices):
        PENDING = "pending", _("to send")
        CARRYING = "carrying", _("being sent")
        DONE = "done", _("sent")
        STUCK = "stuck", _("stuck")
        SKIPPED = "skipped", _("skipped")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    carrier = models.CharField(_("carrier"), max_length=30, help_text=_("Key of a carrier: email, sms, …"))
    recipient = models.CharField(_("recipient"), max_length=320)
    title = models.CharField(_("title"), max_length=255)
    payload = models.JSONField(_("content"), default=dict)
    subject = models.CharField(
        _("about"), max_length=80, blank=True, db_index=True, help_text=_("What it tells of, as case:UUID.")
    )
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    confidential = models.BooleanField(
        _("confidential"),
        default=False,
        help_text=_("Opens something, as a sign-in code: not shown to staff, dropped once it is sent."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    woken_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    done_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, help_text=_("The last fault, or why it was skipped."))

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_due")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state not in {self.State.DONE, self.State.SKIPPED}

    @property
    def waits(self) -> bool:
        """Whether staff may try it again or skip it."""
        return self.state in {self.State.PENDING, self.State.STUCK}

    @property
    def next_due(self):
        """When the next attempt is due; None where none is to come."""
        return self.due_at if self.state == self.State.PENDING else None


class DeliveryEvent(models.Model):
    """What happened to a delivery: an attempt and how it ended, or what somebody of the staff did."""

    class Kind(models.TextChoices):
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        LOST = "lost", _("interrupted")
        RETRIED = "retried", _("tried again by hand")
        SKIPPED = "skipped", _("skipped")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class MailboxEntry(models.Model):
    """A letter that the demo kept on a page instead of sending it. A double, and it says so."""

    channel = models.CharField(max_length=10)
    sender = models.CharField(max_length=320, blank=True)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list, help_text="Names of what was attached.")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mailbox entry")
        verbose_name_plural = _("mailbox entries")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject or self.text[:60]
