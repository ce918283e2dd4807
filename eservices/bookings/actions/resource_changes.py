"""Changes of the units of a resource: future bookings follow, or the change is refused.

A booking of the whole resource also covers a new unit, so that nobody else can book that unit at the same time.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eservices.accounts.models import User

from .. import time_text
from ..logic.availability import Occupation, TimeSpan
from ..models import BlockedTime, BookedPiece, Booking, Resource, ResourceUnit, Unit
from .locking import BookingActionRefused, delete_expired_holds_on, lock_units

NAMED = 5  # bookings in a sentence


class ConflictingBookings(BookingActionRefused):
    """Future bookings would need pieces that are taken or blocked; ``bookings`` lists them."""

    def __init__(self, bookings: list[Booking]) -> None:
        self.bookings = bookings
        named = "; ".join(time_text.format_span(one.span) for one in bookings[:NAMED])
        rest = len(bookings) - NAMED
        if rest > 0:
            named += "; " + ngettext("and %(number)s more", "and %(number)s more", rest) % {"number": rest}
        text = _("The added units are taken or blocked during these bookings: %(bookings)s. Move them first.")
        super().__init__(text % {"bookings": named})


@contextmanager
def changing_units(*, actor: User, resource: Resource, units: Collection[int]) -> Iterator[None]:
    """Change which units a resource takes, in a transaction; ``units``: those it will take.

    At its end, future bookings get the pieces that they lack. Raises ``ConflictingBookings`` if there are not enough;
    nothing is written then.
    """
    with transaction.atomic():
        lock_units({*units, *resource.uses.values_list("unit", flat=True)})
        yield
        _add_missing_pieces(resource, timezone.now())


def _add_missing_pieces(resource: Resource, now: datetime) -> None:
    uses = dict(ResourceUnit.objects.filter(resource=resource).values_list("unit", "quantity"))
    delete_expired_holds_on(uses, now)
    lacking = _bookings_lacking_pieces(resource, uses, now)
    if not lacking:
        return
    start = min(span.start for _one, span, _needs in lacking)
    quantities = dict(Unit.objects.filter(pk__in=uses).values_list("pk", "quantity"))
    occupation = Occupation(quantities, _taken_pieces(uses, start), _blocked_spans(uses, start))
    new_pieces, stuck = [], []
    for booking, span, needs in lacking:
        found = occupation.choice(needs, span)
        if found is None:
            stuck.append(booking)
            continue
        for unit, number in ((unit, number) for unit, numbers in found.items() for number in numbers):
            occupation.take(unit, number, span)
            new_pieces.append(_piece(booking, unit, number, span))
    if stuck:
        raise ConflictingBookings(stuck)
    BookedPiece.objects.bulk_create(new_pieces)


def _taken_pieces(units: Collection[int], start: datetime) -> list[tuple[int, int, TimeSpan]]:
    """Return what is taken of units from a moment on, in the form that ``Occupation`` takes."""
    pieces = BookedPiece.objects.filter(unit__in=units, ends_at__gt=start)
    rows = pieces.values_list("unit", "number", "starts_at", "ends_at")
    return [(unit, number, TimeSpan(*ends)) for unit, number, *ends in rows]


def _blocked_spans(units: Collection[int], start: datetime) -> list[tuple[int, TimeSpan]]:
    closed = BlockedTime.objects.filter(unit__in=units, ends_at__gt=start)
    return [(unit, TimeSpan(*ends)) for unit, *ends in closed.values_list("unit", "starts_at", "ends_at")]


def _bookings_lacking_pieces(
    resource: Resource, uses: dict[int, int], now: datetime
) -> list[tuple[Booking, TimeSpan, dict[int, int]]]:
    """Return future bookings with fewer pieces than the resource takes now, their reserved time and what they lack."""
    found = []
    bookings = Booking.objects.real().occupying().filter(resource=resource, pieces__ends_at__gt=now)
    for booking in bookings.distinct().prefetch_related("pieces").order_by("starts_at", "pk"):
        pieces = list(booking.pieces.all())
        held = Counter(piece.unit_id for piece in pieces)
        needs = {unit: quantity * booking.count - held[unit] for unit, quantity in uses.items()}
        needs = {unit: quantity for unit, quantity in needs.items() if quantity > 0}
        if needs:
            found.append((booking, TimeSpan(pieces[0].starts_at, pieces[0].ends_at), needs))
    return found


def _piece(booking: Booking, unit: int, number: int, span: TimeSpan) -> BookedPiece:
    return BookedPiece(booking=booking, unit_id=unit, number=number, starts_at=span.start, ends_at=span.end)


@transaction.atomic
def reassign_pieces(*, actor: User, unit: Unit) -> int:
    """Move future bookings from pieces that a reduced unit has lost to free ones.

    Return how many bookings got none. They remain, and staff see them among the conflicts.
    """
    now = timezone.now()
    (unit,) = lock_units([unit.pk])
    delete_expired_holds_on([unit.pk], now)
    occupation = Occupation({unit.pk: unit.quantity}, _taken_pieces([unit.pk], now))
    excess = unit.pieces.filter(number__gt=unit.quantity, ends_at__gt=now).order_by("starts_at", "number")
    moved, left = [], set()
    for piece in excess:
        span = piece.span
        number = next(occupation.free(unit.pk, span), None)
        if number is None:
            left.add(piece.booking_id)
            continue
        occupation.take(unit.pk, number, span)
        piece.number = number
        moved.append(piece)
    BookedPiece.objects.bulk_update(moved, ["number"])
    return len(left)
