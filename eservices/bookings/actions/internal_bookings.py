"""Internal bookings of the commune, and the purpose that staff write on bookings."""

from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User
from eservices.cases import audit_log

from ..bookable_resources import BookableResource
from ..logic.availability import TimeSpan
from ..models import Booking
from ..states import BookingState
from .history import log_booking_action
from .locking import delete_expired_holds_on, lock_booking, lock_case_of_booking, take_pieces, units_locked


def create_internal_booking(
    *,
    actor: User,
    offer: BookableResource,
    span: TimeSpan,
    title: str,
    public: bool = False,
    count: int = 1,
    ignore_rules: bool = False,
) -> Booking:
    """Create a booking of the commune, confirmed at once; as returned if its time is over.

    ``ignore_rules``: ignore the rules, though never other bookings. Raises ``TimeTaken``.
    """
    now = timezone.now()
    booking = Booking(
        resource_id=offer.pk,
        count=count,
        starts_at=span.start,
        ends_at=span.end,
        title=title,
        public=public,
        state=BookingState.CONFIRMED if span.end > now else BookingState.RETURNED,
    )
    with units_locked(offer.needs):
        delete_expired_holds_on(offer.needs, now)
        booking.save()
        take_pieces([booking], offer, now, ignore_rules=ignore_rules)
        log_booking_action(actor, booking, "reserve")
    return booking


@transaction.atomic
def set_purpose(*, actor: User, booking: Booking, title: str, public: bool) -> Booking:
    """Set what a booking is for, and whether the public calendar shows it."""
    case = lock_case_of_booking(booking)
    booking = lock_booking(booking)
    booking.title, booking.public = title, public
    booking.save(update_fields=["title", "public"])
    if case:
        audit_log.record_event(case, "booking_described", actor, public=public)
    else:
        log_booking_action(actor, booking, "describe")
    return booking
