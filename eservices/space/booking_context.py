"""Template context about the bookings of a case: how to change them, what comes back, and where the keys are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language

from eservices.bookings.actions.refunds import CaseRefunds, deposit_paid, refund_percent
from eservices.bookings.bookable_resources import bookable_resource
from eservices.bookings.case_headline import AGREED
from eservices.bookings.logic import cancellation_terms
from eservices.bookings.models import Booking
from eservices.bookings.states import UNSETTLED

from . import access
from .case_access import CaseAccess


@dataclass(frozen=True)
class BookingRow:
    """A booking as its applicant sees it.

    ``move_url``, ``cancel_url``: "" if its terms forbid changes. ``back``: what a cancellation refunds until a moment,
    earliest first; None is the beginning. ``deposit``: what is refunded after the return, in minor units; of times
    booked together only the last has it.
    """

    booking: Booking
    place: str
    keys: str
    move_url: str = ""
    cancel_url: str = ""
    back: tuple[tuple[datetime | None, int], ...] = ()
    deposit: int = 0

    @property
    def is_agreed(self) -> bool:
        """True if the time is agreed and still to come, so that it belongs into a calendar."""
        return self.booking.state in AGREED and self.booking.ends_at > timezone.now()


def booking_rows(door: CaseAccess, *, paid: bool) -> list[BookingRow]:
    """Return the bookings of the case. ``paid``: whether money was received for it."""
    booked, now = access.bookings_of(door.case), timezone.now()
    last = {one.series: one for one in booked if one.state in UNSETTLED}
    refunds = CaseRefunds(door.case) if paid else None
    return [_row(door, one, now, refunds, one is last.get(one.series)) for one in booked]


def _row(
    door: CaseAccess, booking: Booking, now: datetime, refunds: CaseRefunds | None, is_last: bool
) -> BookingRow:
    known = bookable_resource(booking.resource.key)
    texts = known.texts_in(get_language() or "") if known else None
    changeable = cancellation_terms.is_changeable(booking, now)
    return BookingRow(
        booking,
        place=texts.place if texts else "",
        keys=texts.keys if texts and booking.state in AGREED else "",
        move_url=door.url_of("move", booking.pk) if changeable else "",
        cancel_url=door.url_of("cancel", booking.pk) if changeable else "",
        back=tuple(_amounts_back(refunds, booking, now)) if changeable and refunds else (),
        deposit=deposit_paid(door.case, booking) if is_last and refunds else 0,
    )


def _amounts_back(refunds: CaseRefunds, booking: Booking, now: datetime) -> list[tuple[datetime | None, int]]:
    """Return until when how much is refunded, in the order of time, as long as the applicant may cancel."""
    hours = booking.resource.change_until
    end = booking.starts_at - timedelta(hours=hours)
    amounts = [refunds.amount(booking, refund_percent(booking, now))]
    ends: list[datetime | None] = []
    for at, amount in refunds.due_back_later(booking, now):
        if at < end:
            ends.append(at)
            amounts.append(amount)
    return list(zip([*ends, end if hours else None], amounts, strict=True))
