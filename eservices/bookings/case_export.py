"""Bookings in exports of their case."""

from eservices.cases.export.audiences import APPLICANT
from eservices.cases.extension_points import Audience
from eservices.cases.models import Case

from .models import Booking, Inspection
from .states import BookingState

BOOKING_FIELDS = ("resource__key", "count", "starts_at", "ends_at", "state", "title")
INSPECTION_FIELDS = ("booking__starts_at", "kind", "text", "kept", "by__email", "at")


def booking_parts(case: Case, audience: Audience) -> dict[str, object]:
    """Return the bookings as plain data; for internal readers with the inspections, and nothing if there are none."""
    booked = Booking.objects.of_submission(case.submission)
    if audience is APPLICANT:
        return {"bookings": [_booking_of_applicant(one) for one in booked.exclude(state=BookingState.HELD)]}
    if not booked.exists():
        return {}
    rows = {"bookings": list(booked.values(*BOOKING_FIELDS))}
    if audience.internal:
        rows["reports"] = list(inspections_of(case).values(*INSPECTION_FIELDS))
    return {"bookings": rows}


def inspections_of(case: Case):
    """Return the inspections at handover and return. The caller must check access to the case."""
    return Inspection.objects.filter(booking__in=Booking.objects.of_submission(case.submission))


def _booking_of_applicant(one: Booking) -> dict:
    return {
        "what": str(one.resource),
        "starts": one.starts_at.isoformat(),
        "ends": one.ends_at.isoformat(),
        "state": one.get_state_display(),
    }
