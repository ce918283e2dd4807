"""Mailings and their recipients. Only the row of a recipient records whether the e-mail was sent."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..states import MailingState, RecipientState
from .campaigns import Campaign
from .subscribers import Subscriber

WAKE_AGAIN_AFTER = timedelta(minutes=10)
IN_A_ROW = 4  # failed e-mails until an address counts as unreachable
# RFC 7372 and codes of large providers: SPF, DKIM, DMARC, TLS or the name of our mail server.
NOT_PROVEN = r"[45]\.7\.(2[0-9]|30)([^0-9]|$)"
NOT_ARRIVED = {RecipientState.BOUNCED, RecipientState.REFUSED}


class MailingQuerySet(models.QuerySet["Mailing"]):
    def due(self, now: datetime) -> Self:
        """Filter mailings to continue at ``now``. For a claimed mailing ``due_at`` is the end of the claim."""
        return self.filter(state__in=[MailingState.SCHEDULED, MailingState.SENDING], due_at__lte=now)

    def needing_wake_up(self, now: datetime) -> Self:
        """Filter mailings without a task since they became due, or whose task must be lost."""
        lost = now - WAKE_AGAIN_AFTER
        return self.filter(Q(woken_at=None) | Q(woken_at__lt=models.F("due_at")) | Q(woken_at__lt=lost))

    def hindered(self) -> Self:
        """Filter unfinished mailings with an error, which is in ``fault``."""
        waiting = [MailingState.SCHEDULED, MailingState.SENDING, MailingState.PAUSED]
        return self.filter(state__in=waiting).exclude(fault="")

    def published(self) -> Self:
        """Filter mailings of the public archive, which have begun, newest first."""
        return self.filter(number__isnull=False, campaign__live=True).order_by("-number")


class Mailing(models.Model):
    """The sending of one campaign in all its languages. A campaign is sent once."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign"))
    state = models.CharField(_("state"), max_length=10, choices=MailingState, default=MailingState.SCHEDULED)
    due_at = models.DateTimeField(_("due"))
    woken_at = models.DateTimeField(null=True, editable=False)
    paced_at = models.DateTimeField(null=True, editable=False)  # up to when the send rate is used up
    number = models.PositiveIntegerField(_("number"), null=True, unique=True, editable=False)
    backend = models.CharField(_("sent by"), max_length=20, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)  # claims since the last success
    claims = models.PositiveIntegerField(
        default=0, editable=False
    )  # number of all claims, by which a late worker detects that it lost
    fault = models.TextField(_("what is wrong"), blank=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    scheduled_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("began"), null=True, editable=False)
    prepared_at = models.DateTimeField(null=True, editable=False)  # when every recipient had a row
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    counts_openings = models.BooleanField(default=False, editable=False)  # the e-mail informs readers of it
    openings = models.PositiveIntegerField(_("openings"), default=0, editable=False)
    report = models.JSONField(default=dict, editable=False)  # counts of an external service

    objects = MailingQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        ordering = ["-scheduled_at"]
        indexes = [models.Index(fields=["state", "due_at"], name="mailing_due")]

    def __str__(self) -> str:
        return str(self.campaign)

    @property
    def day(self):
        """The date of the mailing."""
        return timezone.localdate(self.started_at or self.due_at)


class Edition(models.Model):
    """The e-mail of a mailing for some of its recipients: one language, and the blocks meant for them.

    Stored as it was when the mailing began, so that a mailing continues unchanged after a crash.
    """

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="editions")
    language = models.CharField(max_length=5)
    shown = models.CharField(max_length=255)  # indexes of its blocks, separated by commas
    subject = models.CharField(max_length=255)
    html = models.TextField()
    text = models.TextField()
    external = models.JSONField(default=dict)  # ids and progress at an external service

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "language", "shown"], name="one_edition_per_content")
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.language})"


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=RecipientState.PENDING, due_at__lte=now)

    def unsubscribed(self) -> Self:
        """Filter recipients who unsubscribed after the e-mail was sent."""
        return self.filter(subscriber__unsubscribed_at__gte=models.F("at"))

    def in_vain(self) -> bool:
        """Return whether the last ``IN_A_ROW`` e-mails to a subscriber since their consent did not arrive.

        Refusals are not counted if the mail server refused the whole mailing, or if the reason is a deficiency of
        our own domain.
        """
        arrived = Recipient.objects.filter(mailing=models.OuterRef("mailing"), state=RecipientState.SENT)
        ended = self.filter(at__gt=models.F("subscriber__confirmed_at"))
        counted = ended.exclude(~models.Exists(arrived), state=RecipientState.REFUSED)
        counted = counted.exclude(reason__regex=NOT_PROVEN)
        latest = counted.order_by("-at").values_list("state", flat=True)[:IN_A_ROW]
        return len(latest) == IN_A_ROW and set(latest) <= NOT_ARRIVED


class Recipient(models.Model):
    """A subscriber of one mailing; without ``subscriber`` if the address was erased since."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="recipients")
    subscriber = models.ForeignKey(Subscriber, models.SET_NULL, null=True, related_name="received")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="recipients")
    state = models.CharField(
        _("state"), max_length=10, choices=RecipientState, default=RecipientState.PENDING
    )
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(_("when"), null=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "subscriber"], name="one_letter_per_subscriber")
        ]
        indexes = [
            models.Index(
                fields=["mailing", "due_at", "id"],
                condition=Q(state=RecipientState.PENDING),
                name="recipient_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mailing_id}: {self.get_state_display()}"
