"""What a request keeps from the waiting list. Of a time chosen in it, the form itself says how long it is held."""

from datetime import datetime

from django.utils import timezone

from eservices.submissions.models import Draft
from eservices.submissions.reservations import reservation_providers

from .models import Booking
from .time_text import format_booking


@reservation_providers.register("bookings")
def offered_times(draft: Draft) -> dict[str, datetime]:
    """The time that was offered to who waited, until it is sent, given back, or nobody's any more."""
    if not draft.version.definition.asks_for("booking"):
        return {}
    kept = Booking.objects.held(timezone.now()).filter(draft=draft, waiting__isnull=False)
    unsent = kept.filter(draft__submission__isnull=True).select_related("resource")
    return {format_booking(one): one.held_until for one in unsent}
