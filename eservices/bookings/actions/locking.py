"""How bookings are locked, before anything else:

1. Who writes bookings locks, in this order and never backwards: the case or the draft, the units in the order of
   their ids, the booking or the place on a waiting list, and last the series that a number is drawn of: the whole
   commune shares it, so who has drawn waits for nothing of this any more.
2. Whoever takes time locks every unit of the resource, all at once. A hall locks its two halves, an appointment the
   one row of the counter's desks, forty tables one row as well: two who want the same always meet at the same row.
3. Under the lock: delete the holds that expired, look at what is taken, write. Nothing is looked at before the lock
   that is relied on after it; what a form says beforehand is a courtesy. What the thing consists of is looked at
   anew as well: who changes it locks its units before and after the change (``refitting``).
4. What is free again belongs to who waits for it, in their order, before it is offered to them: nobody else takes it
   (``offers.promises``). Who gives a time back and takes another looks first, as it is not free for others yet.
5. The database has the last word: the constraint ``never_twice``. Its ``IntegrityError`` is caught outside the atomic
   block that met it, and means *taken*.

On SQLite a transaction that writes locks the whole database, and the same code holds.
"""

from collections.abc import Collection, Iterable
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import actions as cases
from eservices.cases.models import Case

from ..bookable_resources import BookableResource, PromisedPiece, availability_calendar
from ..logic.availability import RefusalReason, is_beyond_horizon
from ..models import BookedPiece, Booking, ResourceUnit, Unit, WaitingEntry
from ..refusal_messages import refusal_message
from ..states import TAKING, TRANSITIONS, is_allowed


class BookingActionRefused(Exception):
    """What was asked cannot be done now; the message says why."""


class StaleBooking(BookingActionRefused):
    """The booking was moved or cancelled since the person looked at it."""

    def __init__(self):
        text = _(
            "Somebody moved this booking since you opened it. Look at when it is now, then move it again."
        )
        super().__init__(text)


class TimeTaken(BookingActionRefused):
    """Somebody else has this time, or the rules do not allow it; ``reason`` says which."""

    def __init__(self, reason: RefusalReason = RefusalReason.TAKEN):
        super().__init__(refusal_message(reason))
        self.reason = reason


@contextmanager
def units_locked(units: Collection[int]):
    """A transaction, or a part of one, in which these units are locked and expired holds on them are gone."""
    try:
        with transaction.atomic():
            yield lock_units(units)
    except IntegrityError as broken:
        if "never_twice" in str(broken):
            raise TimeTaken from None
        raise


def lock_units(units: Collection[int]) -> list[Unit]:
    """Locks units in the order of their ids, until the transaction ends."""
    return list(Unit.objects.select_for_update().filter(pk__in=units).order_by("pk"))


def delete_expired_holds_on(units: Collection[int], now: datetime) -> None:
    """Deletes the holds on locked units that expired."""
    Booking.objects.expired(now).filter(
        pk__in=BookedPiece.objects.filter(unit__in=units).values("booking")
    ).delete()


def take_pieces(
    bookings: Iterable[Booking],
    offer: BookableResource,
    now: datetime,
    *,
    anyway: bool = False,
    promised: Iterable[PromisedPiece] | None = None,
) -> None:
    """Gives bookings the pieces of their times. The units must be locked, expired holds gone.

    ``anyway``: the rules need not allow it, as where staff books; nobody else may have the time even then, nor is
    anything booked farther ahead than ``FARTHEST``.
    ``promised``: what was kept for who waits before the own time was given back; else it is looked up.
    """
    if not _is_as_it_was(offer):
        raise TimeTaken(RefusalReason.CHANGED)
    for booking in bookings:
        _take(booking, offer, now, anyway, promised)


def _take(
    booking: Booking,
    offer: BookableResource,
    now: datetime,
    anyway: bool,
    promised: Iterable[PromisedPiece] | None,
) -> None:
    span = booking.span
    found = availability_calendar(
        offer, span, count=booking.count, now=now, without=booking.series, promised=promised
    )
    around = offer.rules.around(span)
    why = is_beyond_horizon(span, now) if anyway else found.refusal(span)
    pieces = None if why else found.choice(span)
    if pieces is None and anyway and not why:
        pieces = found.occupation.choice(found.needs, around, stay=span)
    if pieces is None:
        raise TimeTaken(why or RefusalReason.TAKEN)
    release_pieces(booking)
    BookedPiece.objects.bulk_create(
        BookedPiece(booking=booking, unit_id=unit, number=number, starts_at=around.start, ends_at=around.end)
        for unit, numbers in pieces.items()
        for number in numbers
    )


def _is_as_it_was(offer: BookableResource) -> bool:
    """Whether a thing still consists of what was known of it before its units were locked."""
    uses = ResourceUnit.objects.filter(resource=offer.pk).values_list("unit", "quantity", "unit__quantity")
    return {unit: (wanted, there) for unit, wanted, there in uses} == {
        unit: (wanted, offer.quantities[unit]) for unit, wanted in offer.needs.items()
    }


def lock_booking(booking: Booking) -> Booking:
    """The booking's row, locked after the units that it takes."""
    lock_units(booking.pieces.values_list("unit", flat=True))
    return (
        Booking.objects.select_for_update(of=("self",))
        .select_related("resource", "submission")
        .get(pk=booking.pk)
    )


def apply_transition(booking: Booking, action: str, **fields) -> None:
    """Takes one of ``states.TRANSITIONS`` on a locked booking; what no longer takes time gives it back."""
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
    """What it takes is free again, and who waits for it is looked at next. Its units must be locked."""
    taken = list(booking.pieces.values_list("unit", "starts_at", "ends_at"))
    booking.pieces.all().delete()
    if taken:
        units, starts, ends = (set(column) for column in zip(*taken, strict=True))
        WaitingEntry.objects.waiting().for_any_of(units, min(starts), max(ends)).update(due_at=timezone.now())


def lock_case_of_booking(booking: Booking) -> Case | None:
    """The case of a booking, locked; None for what staff booked, or while it is filled in."""
    pk = Case.objects.filter(submission=booking.submission_id).values_list("pk", flat=True).first()
    return cases.lock_case(pk) if booking.submission_id and pk else None
