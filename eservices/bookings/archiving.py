"""What bookings bring to the archive of a case: what was booked, what was seen of it, and the photos."""

from eservices.cases.archiving import Parts, archived_parts, as_json
from eservices.cases.models import Case
from eservices.submissions.models import StoredFile

from .models import Booking, Inspection

TOLD = ("resource__key", "count", "starts_at", "ends_at", "state", "title")
SEEN = ("booking__starts_at", "kind", "text", "kept", "by__email", "at")


@archived_parts.register("bookings")
def booking_parts(case: Case) -> Parts:
    booked = Booking.objects.of_submission(case.submission)
    if not booked.exists():
        return
    seen = Inspection.objects.filter(booking__in=booked)
    yield (
        "bookings.json",
        as_json({"bookings": list(booked.values(*TOLD)), "reports": list(seen.values(*SEEN))}),
    )
    photos = StoredFile.objects.readable().filter(inspections__in=seen)
    for number, photo in enumerate(photos.order_by("stored_at"), 1):
        with photo.content.open("rb") as content:
            yield f"bookings/{number:02}-{photo.name}", content
