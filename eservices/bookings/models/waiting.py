"""Waiting list entries for times that are taken."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from eservices.accounts.fields import EmailAddressField
from eservices.formbuilder.models import Form
from home.web import rate_limits
from home.web.secret_links import secret_field

from ..logic.availability import TimeSpan
from .bookings import Booking
from .resources import Resource


class WaitingEntryQuerySet(models.QuerySet["WaitingEntry"]):
    def waiting(self) -> Self:
        return self.filter(state=WaitingEntry.State.WAITING)

    def open(self) -> Self:
        """Filter entries that wait or have an offer."""
        return self.filter(state__in=[WaitingEntry.State.WAITING, WaitingEntry.State.OFFERED])

    def of_mailbox(self, email: str) -> Self:
        """Filter entries with an address of the same mailbox."""
        name, _at, host = rate_limits.normalize_mailbox(email).rpartition("@")
        tagged = Q(email__startswith=f"{name}+", email__endswith=f"@{host}")
        return self.filter(Q(email=f"{name}@{host}") | tagged)

    def due(self, now: datetime) -> Self:
        """Filter open entries that are due: their time must be tried again, or their offer has expired."""
        return self.open().filter(due_at__lte=now)

    def for_any_of(self, units: Iterable[int], start: datetime, end: datetime) -> Self:
        """Filter entries for any of these units at any time between two moments."""
        found = self.filter(resource__uses__unit__in=units, starts_at__lt=end, ends_at__gt=start)
        return found.distinct()


class WaitingEntry(models.Model):
    """A person who waits for a time. An offered time is held until the offer ends.

    ``due_at``: when the time is tried next; once it is offered, when the offer ends.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("waiting list", "waiting")
        OFFERED = "offered", pgettext_lazy("waiting list", "offered")
        TAKEN = "taken", pgettext_lazy("waiting list", "taken")
        LAPSED = "lapsed", pgettext_lazy("waiting list", "offered in vain")
        IN_VAIN = "in_vain", pgettext_lazy("waiting list", "waited in vain")
        LEFT = "left", pgettext_lazy("waiting list", "left the list")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret = secret_field()
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(_("field"), max_length=60)
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="waiting", verbose_name=_("resource")
    )
    count = models.PositiveSmallIntegerField(_("number of units"), default=1)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    email = EmailAddressField(_("e-mail address"), max_length=254)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    asked_by = models.CharField(
        max_length=64, blank=True, help_text=_("Digest of the network address, to count.")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    booking = models.OneToOneField(
        Booking,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="waiting",
        help_text=_("Time that is held for the offer."),
    )
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WaitingEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("place on a waiting list")
        verbose_name_plural = _("waiting lists")
        ordering = ["created_at"]
        indexes = [
            models.Index(fields=["due_at"], name="waiting_due", condition=Q(state__in=["waiting", "offered"]))
        ]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="waiting_ends_later"),
            models.UniqueConstraint(
                fields=["email", "resource", "starts_at", "ends_at"],
                condition=Q(state__in=["waiting", "offered"]),
                name="nobody_waits_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def span(self) -> TimeSpan:
        return TimeSpan(self.starts_at, self.ends_at)
