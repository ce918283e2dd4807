"""Base models of moderated texts: author, shown name, and state."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressField
from home.scheduling.weekday_mornings import next_weekday_morning
from home.web.secret_links import secret_field

from .states import REJECTED, AuthorDisplay, ModerationState

REJECTED_RETENTION = timedelta(days=90)
ADDRESS_RETENTION = timedelta(days=365)
SEEN_COMING = timedelta(days=30)


def next_morning() -> datetime:
    return next_weekday_morning(timezone.localtime())


class ModeratedTextQuerySet[T: ModeratedText](models.QuerySet[T]):
    def waiting(self) -> Self:
        return self.filter(state=ModerationState.WAITING).order_by("handed_in_at", "pk")

    def published(self) -> Self:
        return self.filter(state=ModerationState.PUBLISHED)

    def rejected(self) -> Self:
        return self.filter(state__in=REJECTED)

    def rejected_long_ago(self, now: datetime) -> Self:
        return self.rejected().filter(judged_at__lt=now - REJECTED_RETENTION)

    def addressed_too_long(self, now: datetime) -> Self:
        """Filter texts with an address for too long, in any state.

        A text that nobody reads keeps its address no longer than others.
        """
        return self.filter(handed_in_at__lt=now - ADDRESS_RETENTION).exclude(email="")

    def due_for_notification(self, now: datetime) -> Self:
        """Filter waiting texts of which moderators are due to be notified at ``now``."""
        return self.waiting().filter(tell_at__lte=now)

    def of(self, email: str) -> Self:
        return self.filter(email=email) if email else self.none()

    def duplicates_of(self, email: str, **words: Any) -> Self:
        """Filter waiting texts with the same content by the same person: sent twice, or again after going back."""
        return self.filter(state=ModerationState.WAITING, **words).of(email)


class ModeratedText(models.Model):
    """A text that a participant wrote for publication. The address is used for e-mails about it, and erased later."""

    kind: str  # its key in ``MODERATED_MODELS``

    state = models.CharField(
        _("state"), max_length=9, choices=ModerationState, default=ModerationState.WAITING
    )
    text = models.TextField(_("text"), max_length=4_000, blank=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    shown_as = models.CharField(_("shown"), max_length=6, choices=AuthorDisplay, default=AuthorDisplay.NOBODY)
    email = EmailAddressField(_("e-mail address"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    secret = secret_field()
    handed_in_at = models.DateTimeField(_("handed in"), default=timezone.now)
    tell_at = models.DateTimeField(
        null=True, default=next_morning, editable=False
    )  # when moderators are notified; empty afterwards
    judged_at = models.DateTimeField(_("judged"), null=True, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("judged by"),
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        """The subject of its e-mails in the outbox."""
        return f"{self.kind}:{self.pk}"

    @property
    def is_rejected(self) -> bool:
        return self.state in REJECTED

    @property
    def address_goes_on(self) -> date | None:
        """The day on which the address is erased, if that is soon; else None.

        The author cannot be notified afterwards.
        """
        goes_at = self.handed_in_at + ADDRESS_RETENTION
        return timezone.localdate(goes_at) if self.email and goes_at < timezone.now() + SEEN_COMING else None

    @property
    def author(self) -> str:
        """The name as the author chose to be shown."""
        words = self.name.split()
        if self.shown_as == AuthorDisplay.NOBODY or not words:
            return gettext("A person from here")
        if self.shown_as == AuthorDisplay.FIRST and len(words) > 1:
            return f"{words[0]} {words[-1][0]}."
        return self.name
