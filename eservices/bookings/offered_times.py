"""Offered times that a draft reserves. For a time chosen in the form, the form itself shows how long it is held."""

from datetime import datetime

from django.utils import timezone

from eservices.submissions.models import Draft

from .models import Booking
from .time_text import format_booking


def offered_times(draft: Draft) -> dict[str, datetime]:
    """Return the offered time of a draft, until it is sent or released or the hold expires."""
    if not draft.version.definition.asks_for("booking"):
        return {}
    held = Booking.objects.active_holds(timezone.now()).filter(draft=draft, waiting__isnull=False)
    unsent = held.filter(draft__submission__isnull=True).select_related("resource")
    return {format_booking(one): one.held_until for one in unsent}
