"""The part of bookings in sending a form."""

from collections.abc import Mapping
from datetime import datetime

from eservices.submissions.extension_points import SubmissionExtension
from eservices.submissions.models import Draft

from .offered_times import offered_times


class BookingSubmissionExtension(SubmissionExtension):
    """Times that are offered to a draft."""

    def reservations(self, draft: Draft) -> Mapping[str, datetime]:
        return offered_times(draft)
