"""The part of bookings in cases."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from eservices.accounts.models import User
from eservices.cases.extension_points import ArchiveFile, Audience, CaseExtension, Headline, Panel
from eservices.cases.models import Case

from .archive_files import archive_booking_files
from .case_export import booking_parts
from .case_headline import booking_headline, has_begun
from .case_panel import bookings_panel
from .fee_deductions import deductions_for_cancelled
from .models import Booking

EVENT_LABELS = {
    "booking_confirmed": _("Booking confirmed"),
    "booking_cancelled": _("Booking cancelled"),
    "booking_moved": _("Booking moved"),
    "booking_reminded": _("Reminded of the booking"),
    "booking_handed_over": _("Handed over"),
    "booking_returned": _("Taken back"),
    "booking_missed": _("Nobody came"),
    "booking_described": _("Recorded the purpose of the booking"),
}


class BookingCaseExtension(CaseExtension):
    """Booked times: their panel, what they cost and until when, and what is archived."""

    def event_labels(self) -> Mapping[str, str | Promise]:
        return EVENT_LABELS

    def panels(self, case: Case, user: User) -> Iterator[Panel]:
        if panel := bookings_panel(case, user):
            yield panel

    def headline(self, case: Case) -> Headline | None:
        return booking_headline(case)

    def withdrawal_objection(self, case: Case) -> str:
        """Return that the booked time has begun, if it has."""
        return (
            gettext("The booked time has begun. The request can no longer be withdrawn.")
            if has_begun(case)
            else ""
        )

    def fee_deductions(self, case: Case) -> Mapping[str, int]:
        return deductions_for_cancelled(case)

    def payment_deadline(self, case: Case) -> datetime | None:
        """Return when the first booked time of the case begins; None if it has no bookings."""
        booked = Booking.objects.of_submission(case.submission).promised()
        return booked.values_list("starts_at", flat=True).first()

    def export_parts(self, case: Case, audience: Audience) -> Mapping[str, object]:
        return booking_parts(case, audience)

    def archive_files(self, case: Case) -> Iterator[ArchiveFile]:
        return archive_booking_files(case)
