"""Bookings that do not fit any more what is open and what there is. None is lost: staff sees them and decides."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .. import access
from ..availability import Span, is_within
from ..models import BlockedTime, Booking, Piece, Use
from .bars import title_of

MOST = 2_000  # bookings to come that are looked at


@dataclass(frozen=True)
class Misplaced:
    """A booking and why it does not fit any more."""

    booking: Booking
    title: str
    room: str
    reason: str

    @property
    def span(self) -> Span:
        return Span(self.booking.starts_at, self.booking.ends_at)


@dataclass(frozen=True)
class Reasons:
    """Why bookings to come do not fit any more, by their keys; those from ``until`` on were not looked at."""

    found: dict
    until: datetime | None = None


def misplaced(user, found: Collection) -> QuerySet[Booking]:
    """These bookings, as far as ``user`` sees them, the nearest first."""
    bookings = access.bookings_for(user).filter(pk__in=found).select_related("resource")
    return bookings.order_by("starts_at", "pk")


def described(user, bookings: Iterable[Booking], reasons: dict) -> list[Misplaced]:
    """Some of them in words. The number of queries does not grow with them."""
    bookings = list(bookings)
    cases, language = access.cases_of(user, bookings), get_language() or ""
    titles = {one.pk: one.said(language).title for one in access.offers_for(user)}
    return [
        Misplaced(one, title_of(one, cases.get(one.submission_id)), titles[one.resource_id], reasons[one.pk])
        for one in bookings
    ]


def reasons_for(user, now: datetime) -> Reasons:
    """What ``user`` should look at, of the next ``MOST`` bookings to come."""
    offers = {one.pk: one for one in access.offers_for(user)}
    closed = BlockedTime.objects.filter(
        unit__uses__resource=OuterRef("resource"),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    rows = access.bookings_for(user).agreed().filter(ends_at__gt=now).order_by("starts_at", "pk")
    rows = rows.annotate(
        closed=Subquery(closed.values("reason")[:1]),
        gone=_piece_is_gone(),
        lacks=_lacks_a_part(),
        last=_last_piece(),
    )
    columns = ("pk", "resource", "starts_at", "ends_at", "closed", "gone", "lacks", "last")
    rows = list(rows.values(*columns)[: MOST + 1])
    found = {row["pk"]: _reason(row, offers[row["resource"]]) for row in rows[:MOST]}
    until = rows[MOST]["starts_at"] if len(rows) > MOST else None
    return Reasons({pk: reason for pk, reason in found.items() if reason}, until)


def _reason(row: dict, offer) -> str:
    span = Span(row["starts_at"], row["ends_at"])
    if row["closed"] is not None or not is_within(offer.rules, span):
        return row["closed"] or _("not open then")
    if row["gone"]:
        return _("there are fewer of it now")
    there = offer.rules.pieces_open(span)
    if there is not None and (row["last"] or 0) > there:
        return _("fewer of it are open then")
    return _("a part of it was added since, which others may book") if row["lacks"] else ""


def _piece_is_gone() -> Exists:
    """Whether it holds a piece beyond the number that there is today."""
    return Exists(Piece.objects.filter(booking=OuterRef("pk"), number__gt=F("unit__quantity")))


def _last_piece() -> Subquery:
    """The highest number that it holds, sought for those alone that are looked at."""
    return Subquery(Piece.objects.filter(booking=OuterRef("pk")).order_by("-number").values("number")[:1])


def _lacks_a_part() -> Exists:
    """Whether what it books consists of more today than it holds."""
    held = Piece.objects.filter(booking=OuterRef(OuterRef("pk")), unit=OuterRef("unit"))
    return Exists(Use.objects.filter(~Exists(held), resource=OuterRef("resource")))
