"""Bookings and the pieces of units that they take."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eservices.cases.states import CaseOutcome, CaseState
from eservices.submissions.models import Draft, Submission

from ..logic.availability import TimeSpan
from ..states import TAKING, BookingState
from .constraints import NoOverlapConstraint
from .resources import Resource, Unit


class BookingQuerySet(models.QuerySet["Booking"]):
    def real(self) -> Self:
        """Exclude rehearsals."""
        return self.filter(rehearsal=False)

    def occupying(self) -> Self:
        """Filter bookings that take time: held, requested, confirmed, handed over or returned.

        Refused, cancelled and missed ones do not.
        """
        return self.filter(state__in=TAKING)

    def promised(self) -> Self:
        """Filter bookings that take time, without holds."""
        return self.occupying().exclude(state=BookingState.HELD)

    def overlapping(self, start, end) -> Self:
        return self.filter(starts_at__lt=end, ends_at__gt=start)

    def active_holds(self, now: datetime) -> Self:
        """Filter holds that have not expired."""
        return self.filter(state=BookingState.HELD, held_until__gt=now)

    def expired(self, now: datetime) -> Self:
        """Filter expired holds."""
        return self.filter(state=BookingState.HELD, held_until__lte=now)

    def to_remind(self, now: datetime) -> Self:
        """Filter bookings with a due reminder that have not begun.

        After an outage nobody is reminded of what has already begun.
        """
        return self.filter(state=BookingState.CONFIRMED, remind_at__lte=now, starts_at__gt=now)

    def forsaken(self) -> Self:
        """Filter bookings that still take time although their case was refused, withdrawn or closed without them."""
        ended = Q(submission__case__state=CaseState.CLOSED) & ~Q(
            submission__case__outcome__in=[CaseOutcome.ACCEPTED, CaseOutcome.COMPLETED]
        )
        return self.filter(ended, state__in=[BookingState.PROVISIONAL, BookingState.CONFIRMED])

    def of_submission(self, submission) -> Self:
        return self.filter(submission=submission).select_related("resource").order_by("starts_at")


class Booking(models.Model):
    """A time of a resource for an applicant or the commune.

    ``series`` is the same for all times of one answer and known only to the applicant who gave it: when the answer is
    checked again, it tells its own times from those of others.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="bookings", verbose_name=_("resource")
    )
    count = models.PositiveSmallIntegerField(_("number of units"), default=1)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    state = models.CharField(_("state"), max_length=12, choices=BookingState, default=BookingState.HELD)
    rehearsal = models.BooleanField(default=False)
    draft = models.ForeignKey(
        Draft, on_delete=models.SET_NULL, null=True, blank=True, related_name="bookings"
    )
    submission = models.ForeignKey(
        Submission, on_delete=models.SET_NULL, null=True, blank=True, related_name="bookings"
    )
    field = models.CharField(_("field"), max_length=60, blank=True)
    title = models.CharField(
        _("purpose"),
        max_length=120,
        blank=True,
        help_text=_("Shown to the public where the booking is public."),
    )
    public = models.BooleanField(_("public"), default=False, help_text=_("Else the public sees “busy” only."))
    held_until = models.DateTimeField(null=True, blank=True)
    held_by = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("Hash of the person who holds it, for counting; empty afterwards."),
    )
    remind_at = models.DateTimeField(null=True, blank=True)
    series = models.UUIDField(default=uuid.uuid4, db_index=True)
    sequence = models.PositiveIntegerField(
        default=0, help_text=_("Number of changes, as calendars count them.")
    )
    still_due = models.PositiveSmallIntegerField(
        default=0,
        help_text=_("Share of the price that was charged although the booking was cancelled, in per cent."),
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["resource", "starts_at"], name="booking_resource_start"),
            models.Index(fields=["starts_at"], name="booking_start"),
            models.Index(fields=["held_until"], name="booking_held", condition=Q(state="held")),
            models.Index(fields=["remind_at"], name="booking_reminder", condition=Q(state="confirmed")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="booking_ends_later")
        ]

    def __str__(self) -> str:
        return f"{self.resource} {timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    @property
    def span(self) -> TimeSpan:
        return TimeSpan(self.starts_at, self.ends_at)


class BookedPieceQuerySet(models.QuerySet["BookedPiece"]):
    def overlapping(self, units, start, end) -> Self:
        """Filter pieces of these units taken at any time between two moments."""
        return self.filter(unit__in=units, starts_at__lt=end, ends_at__gt=start)

    def without_expired_holds(self, now: datetime) -> Self:
        """Exclude pieces of expired holds that are not deleted yet.

        The few expired holds are found in a subquery: with a join, each calendar would read all bookings ever made.
        """
        return self.exclude(booking__in=Booking.objects.expired(now).values("pk"))


class BookedPiece(models.Model):
    """A piece of a unit that a booking takes, buffers included. A database constraint prevents overlaps."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="pieces")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="pieces")
    number = models.PositiveSmallIntegerField(_("number"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects = BookedPieceQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece taken")
        verbose_name_plural = _("pieces taken")
        indexes = [models.Index(fields=["unit", "number", "ends_at"], name="piece_unit_end")]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="piece_ends_later"),
            NoOverlapConstraint(
                name="never_twice", same=("unit", "number"), start="starts_at", end="ends_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.number}"

    @property
    def span(self) -> TimeSpan:
        return TimeSpan(self.starts_at, self.ends_at)
