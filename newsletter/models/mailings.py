"""What is mailed to whom. A row for each recipient says whether the letter has left; nothing else does."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..states import MailingState, RecipientState
from .campaigns import Campaign
from .subscribers import Subscriber

WAKE_AGAIN_AFTER = timedelta(minutes=10)
IN_A_ROW = 4  # letters that did not arrive, until nobody is taken to be there
# RFC 7372 and what large providers add: SPF, DKIM, DMARC, TLS or the name of our mail server.
NOT_PROVEN = r"[45]\.7\.(2[0-9]|30)([^0-9]|$)"
NOT_ARRIVED = {RecipientState.BOUNCED, RecipientState.REFUSED}


class MailingQuerySet(models.QuerySet):
    def due(self, now):
        """What should be carried on with at ``now``. While somebody does, ``due_at`` is when that claim ends."""
        return self.filter(state__in=[MailingState.SCHEDULED, MailingState.SENDING], due_at__lte=now)

    def asleep(self, now):
        """Without a wake-up since it became due, or for so long that the wake-up must be lost."""
        lost = now - WAKE_AGAIN_AFTER
        return self.filter(Q(woken_at=None) | Q(woken_at__lt=models.F("due_at")) | Q(woken_at__lt=lost))

    def hindered(self):
        """Begun or to begin, and something is at fault: what is wrong stands with it."""
        waiting = [MailingState.SCHEDULED, MailingState.SENDING, MailingState.PAUSED]
        return self.filter(state__in=waiting).exclude(fault="")

    def published(self):
        """What has begun to arrive, and stands in the archive; the newest first."""
        return self.filter(number__isnull=False, campaign__live=True).order_by("-number")


class Mailing(models.Model):
    """The sending of one campaign in all its languages. A campaign is mailed once."""

    campaign = models.OneToOneField(Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign"))
    state = models.CharField(_("state"), max_length=10, choices=MailingState, default=MailingState.SCHEDULED)
    due_at = models.DateTimeField(_("due"))
    woken_at = models.DateTimeField(null=True, editable=False)
    paced_at = models.DateTimeField(null=True, editable=False)  # up to when the allowed pace is used up
    number = models.PositiveIntegerField(_("number"), null=True, unique=True, editable=False)
    backend = models.CharField(_("sent by"), max_length=20, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)  # claims since it last went well
    claims = models.PositiveIntegerField(
        default=0, editable=False
    )  # of all: tells a late worker that it lost
    fault = models.TextField(_("what is wrong"), blank=True, editable=False)
    scheduled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    scheduled_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("began"), null=True, editable=False)
    prepared_at = models.DateTimeField(null=True, editable=False)  # every recipient has a row
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    counts_openings = models.BooleanField(default=False, editable=False)  # and the letter says so
    openings = models.PositiveIntegerField(_("openings"), default=0, editable=False)
    report = models.JSONField(default=dict, editable=False)  # what another service counted

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
        """The day on which it is dated."""
        return timezone.localdate(self.started_at or self.due_at)


class Edition(models.Model):
    """The letter of a mailing as some of its readers get it: in one language, with the blocks meant for them.

    It is kept as it was when the mailing began, so that a mailing goes on after a crash as it had begun.
    """

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="editions")
    language = models.CharField(max_length=5)
    shown = models.CharField(max_length=255)  # places of the blocks in it, separated by commas
    subject = models.CharField(max_length=255)
    html = models.TextField()
    text = models.TextField()
    external = models.JSONField(default=dict)  # what another service calls it, and how far it is there

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(fields=["mailing", "language", "shown"], name="one_edition_per_content")
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.language})"


class RecipientQuerySet(models.QuerySet):
    def due(self, now):
        return self.filter(state=RecipientState.PENDING, due_at__lte=now)

    def unsubscribed(self):
        """Who left since the letter was sent to them."""
        return self.filter(subscriber__unsubscribed_at__gte=models.F("at"))

    def in_vain(self) -> bool:
        """Whether the last letters of a subscriber, several in a row since they agreed, did not arrive.

        Of a mailing that the mail server took from nobody, a refusal says nothing of the reader, and nor does one for
        what our own domain lacks.
        """
        arrived = Recipient.objects.filter(mailing=models.OuterRef("mailing"), state=RecipientState.SENT)
        ended = self.filter(at__gt=models.F("subscriber__confirmed_at"))
        counted = ended.exclude(~models.Exists(arrived), state=RecipientState.REFUSED)
        counted = counted.exclude(reason__regex=NOT_PROVEN)
        latest = counted.order_by("-at").values_list("state", flat=True)[:IN_A_ROW]
        return len(latest) == IN_A_ROW and set(latest) <= NOT_ARRIVED


class Recipient(models.Model):
    """One subscriber of one mailing. Without a subscriber: their address was deleted since."""

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
