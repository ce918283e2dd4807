"""Future bookings that no longer fit openings or units. None is cancelled: staff see them and decide."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import access
from ..logic.availability import TimeSpan, is_within_openings
from ..models import BlockedTime, BookedPiece, Booking, ResourceUnit
from .items import booking_title

MAX_BOOKINGS = 2_000  # future bookings that are checked


@dataclass(frozen=True)
class ConflictingBooking:
    """A booking and the reason why it does not fit any more."""

    booking: Booking
    title: str
    room: str
    reason: str

    @property
    def span(self) -> TimeSpan:
        return TimeSpan(self.booking.starts_at, self.booking.ends_at)


@dataclass(frozen=True)
class ConflictReasons:
    """The reasons why future bookings do not fit, by id; bookings from ``until`` on were not checked."""

    found: dict
    until: datetime | None = None


def conflicting_bookings(user, found: Collection) -> QuerySet[Booking]:
    """Return those of these bookings that ``user`` may see, the nearest first."""
    bookings = access.bookings_for(user).filter(pk__in=found).select_related("resource")
    return bookings.order_by("starts_at", "pk")


def describe_conflicts(user, bookings: Iterable[Booking], reasons: dict) -> list[ConflictingBooking]:
    """Return bookings with title, resource and reason. The number of queries is constant."""
    bookings = list(bookings)
    cases, language = access.cases_of(user, bookings), get_language() or ""
    titles = {one.pk: one.texts_in(language).title for one in access.bookable_resources_for(user)}
    return [
        ConflictingBooking(
            one, booking_title(one, cases.get(one.submission_id)), titles[one.resource_id], reasons[one.pk]
        )
        for one in bookings
    ]


def conflict_reasons_for(user, now: datetime) -> ConflictReasons:
    """Return the conflicts among the next ``MAX_BOOKINGS`` bookings that ``user`` may see."""
    offers = {one.pk: one for one in access.bookable_resources_for(user)}
    closed = BlockedTime.objects.filter(
        unit__uses__resource=OuterRef("resource"),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    rows = access.bookings_for(user).promised().filter(ends_at__gt=now).order_by("starts_at", "pk")
    rows = rows.annotate(
        closed=Subquery(closed.values("reason")[:1]),
        gone=_piece_is_gone(),
        lacks=_lacks_a_part(),
        last=_last_piece(),
    )
    columns = ("pk", "resource", "starts_at", "ends_at", "closed", "gone", "lacks", "last")
    rows = list(rows.values(*columns)[: MAX_BOOKINGS + 1])
    found = {row["pk"]: _reason(row, offers[row["resource"]]) for row in rows[:MAX_BOOKINGS]}
    until = rows[MAX_BOOKINGS]["starts_at"] if len(rows) > MAX_BOOKINGS else None
    return ConflictReasons({pk: reason for pk, reason in found.items() if reason}, until)


def _reason(row: dict, offer) -> str:
    span = TimeSpan(row["starts_at"], row["ends_at"])
    if row["closed"] is not None or not is_within_openings(offer.rules, span):
        return row["closed"] or _("not open then")
    if row["gone"]:
        return _("there are fewer of them now")
    there = offer.rules.pieces_open(span)
    if there is not None and (row["last"] or 0) > there:
        return _("fewer of them are open at that time")
    return _("a part of it was added since, which others may book") if row["lacks"] else ""


def _piece_is_gone() -> Exists:
    """Return whether the booking has a piece beyond the current number of pieces."""
    return Exists(BookedPiece.objects.filter(booking=OuterRef("pk"), number__gt=F("unit__quantity")))


def _last_piece() -> Subquery:
    """Return the highest piece number of the booking. A subquery, so that only the listed bookings are searched."""
    return Subquery(
        BookedPiece.objects.filter(booking=OuterRef("pk")).order_by("-number").values("number")[:1]
    )


def _lacks_a_part() -> Exists:
    """Return whether the resource takes a unit of which the booking has no piece."""
    held = BookedPiece.objects.filter(booking=OuterRef(OuterRef("pk")), unit=OuterRef("unit"))
    return Exists(ResourceUnit.objects.filter(~Exists(held), resource=OuterRef("resource")))
