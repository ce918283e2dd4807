"""Bookings in the archive package of a case: bookings, inspections and photos."""

from collections.abc import Iterator

from eservices.cases.archive_files import json_files
from eservices.cases.export.audiences import ARCHIVE
from eservices.cases.extension_points import ArchiveFile
from eservices.cases.models import Case
from eservices.submissions.models import StoredFile

from .case_export import booking_parts, inspections_of


def archive_booking_files(case: Case) -> Iterator[ArchiveFile]:
    yield from json_files(booking_parts(case, ARCHIVE))
    photos = StoredFile.objects.readable().filter(inspections__in=inspections_of(case))
    for number, photo in enumerate(photos.order_by("stored_at"), 1):
        with photo.content.open("rb") as content:
            yield f"bookings/{number:02}-{photo.name}", content
