"""Models of the outbox. A row is written in the transaction of its cause; a worker sends it afterwards."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WAKE_AGAIN_AFTER = timedelta(minutes=10)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        """Filter deliveries to attempt at ``now``."""
        return self.filter(state=Delivery.State.PENDING, due_at__lte=now)

    def abandoned(self, now: datetime) -> Self:
        """Filter deliveries that a worker claimed and did not finish.

        ``due_at`` is the end of the claim while a delivery is being sent.
        """
        return self.filter(state=Delivery.State.CARRYING, due_at__lte=now)

    def needing_wake_up(self, now: datetime) -> Self:
        """Filter deliveries without a task since they became due, or with one so old that it must be lost."""
        return self.filter(
            Q(woken_at=None) | Q(woken_at__lt=F("due_at")) | Q(woken_at__lt=now - WAKE_AGAIN_AFTER)
        )

    def finished(self) -> Self:
        """Filter deliveries that were sent or skipped."""
        return self.filter(state__in=Delivery.ENDED)

    def stuck(self) -> Self:
        """Filter deliveries that are not retried automatically: a person must act."""
        return self.filter(state=Delivery.State.STUCK)

    def open(self) -> Self:
        """Filter deliveries that are not finished: pending, in progress or stuck."""
        return self.exclude(state__in=Delivery.ENDED)

    def due_for_erasure(self, before: datetime) -> Self:
        """Filter e-mails and SMS that ended before then, are about no case, and are not erased yet."""
        ended = self.finished().filter(carrier__in=["email", "sms"], done_at__lt=before)
        return ended.exclude(recipient="").exclude(subject__startswith="case:")

    def for_subject(self, subject: str) -> Self:
        return self.filter(subject=subject)

    def may_come_back(self) -> Self:
        """Filter sent e-mails about cases, whose bounces matter.

        Anyone may have subscribed a wrong address to newsletters, and nobody waits for those.
        """
        return self.filter(carrier="email", state=Delivery.State.DONE, subject__startswith="case:").exclude(
            payload={}
        )

    def to_print(self) -> Self:
        """Filter paper letters that are not printed, the oldest first."""
        return self.filter(state=Delivery.State.TO_PRINT).order_by("created_at", "pk")

    def printed(self) -> Self:
        """Filter paper letters that are printed and not posted, the oldest first."""
        return self.filter(state=Delivery.State.PRINTED).order_by("created_at", "pk")

    def posted(self) -> Self:
        """Filter paper letters that were posted, the newest first."""
        return self.filter(state=Delivery.State.DONE, posting__isnull=False).order_by("-done_at", "pk")


class Delivery(models.Model):
    """A message to a person or another system, until it is sent or skipped with a reason."""

    class State(models.TextChoices):
        PENDING = "pending", _("to send")
        CARRYING = "carrying", _("being sent")
        DONE = "done", _("sent")
        STUCK = "stuck", _("stuck")
        SKIPPED = "skipped", _("skipped")
        TO_PRINT = "to_print", _("to print")
        PRINTED = "printed", _("printed, to post")

    ENDED = (State.DONE, State.SKIPPED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    carrier = models.CharField(_("carrier"), max_length=30, help_text=_("Key of a transport: email, sms, …"))
    recipient = models.CharField(_("recipient"), max_length=320)
    title = models.CharField(_("title"), max_length=255)
    payload = models.JSONField(_("content"), default=dict)
    subject = models.CharField(
        _("about"), max_length=80, blank=True, db_index=True, help_text=_("Subject, as case:UUID.")
    )
    rehearsal = models.BooleanField(_("rehearsal"), default=False)
    confidential = models.BooleanField(
        _("confidential"),
        default=False,
        help_text=_(
            "Grants access, for example a sign-in code. Not shown to staff, and deleted after sending."
        ),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    woken_at = models.DateTimeField(null=True, blank=True, editable=False)
    waits_since = models.DateTimeField(
        default=timezone.now,
        editable=False,
        help_text="When it was first to leave, or was tried again by hand: the week of trying begins.",
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    done_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, help_text=_("The last error, or why it was skipped."))

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
        return self.state not in self.ENDED

    @property
    def waits(self) -> bool:
        """True if staff may retry it."""
        return self.state in {self.State.PENDING, self.State.STUCK}

    @property
    def may_skip(self) -> bool:
        return self.waits or self.on_paper

    @property
    def on_paper(self) -> bool:
        """True for a paper letter that staff must print or post."""
        return self.state in {self.State.TO_PRINT, self.State.PRINTED}

    @property
    def next_due(self):
        """The time of the next attempt; None if there is none."""
        return self.due_at if self.state == self.State.PENDING else None


class DeliveryEvent(models.Model):
    """An event of a delivery: the result of an attempt, an action of staff, or an alert."""

    class Kind(models.TextChoices):
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        LOST = "lost", _("interrupted")
        ASKED = "asked", _("asked to wait")
        TOLD = "told", _("notified by e-mail")
        RETRIED = "retried", _("tried again by hand")
        SKIPPED = "skipped", _("skipped")
        ADDRESSED = "addressed", _("address written")
        PRINTED = "printed", _("printed")
        PUT_BACK = "put_back", _("put back to be printed again")
        ARRIVED = "arrived", _("delivered")

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


class PrintBatch(models.Model):
    """Paper letters that one person took to print together."""

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("batch of letters")
        verbose_name_plural = _("batches of letters")
        ordering = ["-taken_at"]

    def __str__(self) -> str:
        return f"{self.taken_at:%Y-%m-%d %H:%M} {self.actor}"


class PaperLetter(models.Model):
    """Data of a paper letter beside its delivery: the team that posts it, its batch, and its proof of delivery."""

    delivery = models.OneToOneField(
        Delivery, on_delete=models.CASCADE, primary_key=True, related_name="posting"
    )
    office = models.CharField(
        _("office"), max_length=60, blank=True, db_index=True, help_text=_("Key of the team that posts it.")
    )
    batch = models.ForeignKey(
        PrintBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="postings"
    )
    registered = models.BooleanField(_("registered"), default=False)
    number = models.CharField(_("number of the registered letter"), max_length=40, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)

    class Meta:
        verbose_name = _("letter on paper")
        verbose_name_plural = _("letters on paper")

    def __str__(self) -> str:
        return str(self.delivery)


class CircuitQuerySet(models.QuerySet["Circuit"]):
    def failing(self) -> Self:
        """Filter transports that have failed so long or often that staff should know."""
        return self.exclude(opened_at=None, told_at=None)


class Circuit(models.Model):
    """State of a transport's circuit breaker: see ``circuit_breaker``."""

    carrier = models.CharField(_("carrier"), max_length=30, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    fault = models.TextField(_("last fault"), blank=True)
    opened_at = models.DateTimeField(_("not reachable since"), null=True, blank=True)
    open_until = models.DateTimeField(_("next attempt"), null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CircuitQuerySet.as_manager()

    class Meta:
        verbose_name = _("circuit")
        verbose_name_plural = _("circuits")

    def __str__(self) -> str:
        return self.carrier

    @property
    def since(self):
        """Since when it fails, as far as staff should know."""
        return self.opened_at or self.told_at


class MailboxEntry(models.Model):
    """A message that the demo stores instead of sending it, and shows on a page that explains this."""

    channel = models.CharField(max_length=10)
    sender = models.CharField(max_length=320, blank=True)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list, help_text="Names of what was attached.")
    sent_at = models.DateTimeField(default=timezone.now)
    rehearsed = models.OneToOneField(
        Delivery,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="kept",
        help_text="What an editor's rehearsal would have sent: goes with it.",
    )

    class Meta:
        verbose_name = _("mailbox entry")
        verbose_name_plural = _("mailbox entries")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject or self.text[:60]
