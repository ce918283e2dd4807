"""What the commune books for itself, and what staff writes beside a booking."""

from django.db import transaction
from django.utils import timezone

from eservices.cases import trace

from ..availability import Span
from ..models import Booking
from ..offers import Offer
from ..states import State
from .living import case_of
from .locking import forget_expired, locked, take, taking
from .noting import note_booking


def reserve(
    *, actor, offer: Offer, span: Span, title: str, public: bool = False, count: int = 1, anyway: bool = False
) -> Booking:
    """A time for the commune itself, agreed at once.

    ``anyway``: past the rules, never over another booking. Raises ``Taken``.
    """
    now = timezone.now()
    booking = Booking(
        resource_id=offer.pk,
        count=count,
        starts_at=span.start,
        ends_at=span.end,
        title=title,
        public=public,
        state=State.CONFIRMED if span.end > now else State.RETURNED,
    )
    with taking(offer.needs):
        forget_expired(offer.needs, now)
        booking.save()
        take([booking], offer, now, anyway=anyway)
        note_booking(actor, booking, "reserve")
    return booking


@transaction.atomic
def describe(*, actor, booking: Booking, title: str, public: bool) -> Booking:
    """Says what a booking is for, and whether everybody reads it in the public calendar."""
    case = case_of(booking)
    booking = locked(booking)
    booking.title, booking.public = title, public
    booking.save(update_fields=["title", "public"])
    if case:
        trace.record(case, "booking_described", actor, public=public)
    else:
        note_booking(actor, booking, "describe")
    return booking
