"""What a request keeps from the waiting list. Of a time chosen in it, the form itself says how long it is held."""

from datetime import datetime

from django.utils import timezone

from eservices.submissions.held import held
from eservices.submissions.models import Draft

from .models import Booking
from .words import when_booked


@held.register("bookings")
def taken_from_the_list(draft: Draft) -> dict[str, datetime]:
    """The time that was offered to who waited, until it is sent, given back, or nobody's any more."""
    if not draft.version.definition.asks_for("booking"):
        return {}
    kept = Booking.objects.held(timezone.now()).filter(draft=draft, waiting__isnull=False)
    unsent = kept.filter(draft__submission__isnull=True).select_related("resource")
    return {when_booked(one): one.held_until for one in unsent}
