"""Locks of bookings and their order.

These rules come before anything else:

1. Code that writes bookings locks in this order and never backwards: the case or the draft, the units in the order of
   their ids, the booking or the waiting entry, and last the number series. The whole commune shares the series, so code
   that has drawn a number must not wait for any of these locks.
2. Code that takes time locks every unit of the resource at once. A hall locks its two halves, an appointment the one
   row of the counter's desks, forty tables one row as well: two requests for the same time always meet at one row.
3. Under the lock: delete expired holds, read what is taken, write. Nothing that was read before the lock is relied on
   after it; what a form shows beforehand is a courtesy. The units of the resource are read again as well: code that
   changes them locks the units before and after the change (``resource_changes.changing_units``).
4. Time that becomes free belongs to the waiting entries for it, in their order, before it is offered to them: nobody
   else takes it (``bookable_resources.promised_pieces``). Code that releases one time and takes another reads the
   promised pieces first, because the released time is not free for others yet.
5. The database decides last: the constraint ``never_twice``. Its ``IntegrityError`` is caught outside the atomic block
   in which it was raised, and means *taken*.

On SQLite a transaction that writes locks the whole database, and the same code is valid.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import actions as cases
from eservices.cases.models import Case
from home.exceptions import ActionRefused

from ..bookable_resources import BookableResource, PromisedPiece, availability_calendar
from ..logic.availability import RefusalReason, is_beyond_horizon
from ..models import BookedPiece, Booking, ResourceUnit, Unit, WaitingEntry
from ..refusal_messages import refusal_message
from ..states import TAKING, TRANSITIONS, is_allowed


class BookingActionRefused(ActionRefused):
    """The action is not possible now; the message says why."""


class StaleBooking(BookingActionRefused):
    """The booking was moved or cancelled after the person opened it."""

    def __init__(self) -> None:
        text = _("This booking was moved after you opened it. Check its new time, then move it again.")
        super().__init__(text)


class TimeTaken(BookingActionRefused):
    """The time is taken or the rules do not allow it; ``reason`` says which."""

    def __init__(self, reason: RefusalReason = RefusalReason.TAKEN) -> None:
        super().__init__(refusal_message(reason))
        self.reason = reason


@contextmanager
def units_locked(units: Collection[int]) -> Iterator[Any]:
    """Run the block in a transaction with these units locked. Raise ``TimeTaken`` if the database finds an overlap."""
    try:
        with transaction.atomic():
            yield lock_units(units)
    except IntegrityError as broken:
        if "never_twice" in str(broken):
            raise TimeTaken from None
        raise


def lock_units(units: Collection[int]) -> list[Unit]:
    """Lock units in the order of their ids, until the transaction ends."""
    return list(Unit.objects.select_for_update().filter(pk__in=units).order_by("pk"))


def delete_expired_holds_on(units: Collection[int], now: datetime) -> None:
    """Delete expired holds on units. The units must be locked."""
    Booking.objects.expired(now).filter(
        pk__in=BookedPiece.objects.filter(unit__in=units).values("booking")
    ).delete()


def take_pieces(
    bookings: Iterable[Booking],
    offer: BookableResource,
    now: datetime,
    *,
    ignore_rules: bool = False,
    promised: Iterable[PromisedPiece] | None = None,
) -> None:
    """Give bookings the pieces of their times. The units must be locked and expired holds deleted.

    ``ignore_rules``: ignore the rules, as when staff book. Even then pieces of other bookings are not taken, and
    nothing is booked farther ahead than ``availability.FARTHEST``. ``promised``: the pieces promised to waiting
    entries, read before the booking's own time was released; read now if None.
    """
    if not _has_same_units(offer):
        raise TimeTaken(RefusalReason.CHANGED)
    for booking in bookings:
        _take_for_booking(booking, offer, now, ignore_rules, promised)


def _take_for_booking(
    booking: Booking,
    offer: BookableResource,
    now: datetime,
    ignore_rules: bool,
    promised: Iterable[PromisedPiece] | None,
) -> None:
    span = booking.span
    found = availability_calendar(
        offer, span, count=booking.count, now=now, without=booking.series, promised=promised
    )
    around = offer.rules.around(span)
    why = is_beyond_horizon(span, now) if ignore_rules else found.refusal(span)
    pieces = None if why else found.choice(span)
    if pieces is None and ignore_rules and not why:
        pieces = found.occupation.choice(found.needs, around, stay=span)
    if pieces is None:
        raise TimeTaken(why or RefusalReason.TAKEN)
    release_pieces(booking)
    BookedPiece.objects.bulk_create(
        BookedPiece(booking=booking, unit_id=unit, number=number, starts_at=around.start, ends_at=around.end)
        for unit, numbers in pieces.items()
        for number in numbers
    )


def _has_same_units(offer: BookableResource) -> bool:
    """Return whether a resource still has the units known before they were locked."""
    uses = ResourceUnit.objects.filter(resource=offer.pk).values_list("unit", "quantity", "unit__quantity")
    return {unit: (wanted, there) for unit, wanted, there in uses} == {
        unit: (wanted, offer.quantities[unit]) for unit, wanted in offer.needs.items()
    }


def lock_booking(booking: Booking) -> Booking:
    """Lock the booking's units, then its row, and return it."""
    lock_units(booking.pieces.values_list("unit", flat=True))
    return (
        Booking.objects.select_for_update(of=("self",))
        .select_related("resource", "submission")
        .get(pk=booking.pk)
    )


def apply_transition(booking: Booking, action: str, **fields: Any) -> None:
    """Apply one of ``states.TRANSITIONS`` to a locked booking. Release its pieces if it takes no time any more."""
    if not is_allowed(action, booking.state):
        text = _("This is not possible any more: the booking is now “%(state)s”.")
        raise BookingActionRefused(text % {"state": booking.get_state_display()})
    booking.state = TRANSITIONS[action][1]
    for name, value in fields.items():
        setattr(booking, name, value)
    booking.save(update_fields=["state", *fields])
    if booking.state not in TAKING:
        release_pieces(booking)


def release_pieces(booking: Booking) -> None:
    """Delete the pieces of a booking and make waiting entries for them due. Its units must be locked."""
    released = list(booking.pieces.values_list("unit", "starts_at", "ends_at"))
    booking.pieces.all().delete()
    if released:
        units, starts, ends = (set(column) for column in zip(*released, strict=True))
        WaitingEntry.objects.waiting().for_any_of(units, min(starts), max(ends)).update(due_at=timezone.now())


def lock_case_of_booking(booking: Booking) -> Case | None:
    """Lock and return the case of a booking; None for an internal booking and while the form is filled in."""
    pk = Case.objects.filter(submission=booking.submission_id).values_list("pk", flat=True).first()
    return cases.lock_case(pk) if booking.submission_id and pk else None
