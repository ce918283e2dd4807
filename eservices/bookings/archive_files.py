"""Bookings in the archive package of a case: bookings, inspections and photos."""

from collections.abc import Iterator

from eservices.cases.archive_files import to_json_bytes
from eservices.cases.extension_points import ArchiveFile
from eservices.cases.models import Case
from eservices.submissions.models import StoredFile

from .models import Booking, Inspection

ARCHIVED_FIELDS = ("resource__key", "count", "starts_at", "ends_at", "state", "title")
SEEN = ("booking__starts_at", "kind", "text", "kept", "by__email", "at")


def archive_booking_files(case: Case) -> Iterator[ArchiveFile]:
    booked = Booking.objects.of_submission(case.submission)
    if not booked.exists():
        return
    seen = Inspection.objects.filter(booking__in=booked)
    yield (
        "bookings.json",
        to_json_bytes(
            {"bookings": list(booked.values(*ARCHIVED_FIELDS)), "reports": list(seen.values(*SEEN))}
        ),
    )
    photos = StoredFile.objects.readable().filter(inspections__in=seen)
    for number, photo in enumerate(photos.order_by("stored_at"), 1):
        with photo.content.open("rb") as content:
            yield f"bookings/{number:02}-{photo.name}", content
