"""The part of cases in sending a form."""

from collections.abc import Mapping

from eservices.submissions.extension_points import SubmissionExtension
from eservices.submissions.models import Submission

from .receipt_context import case_receipt


class CaseSubmissionExtension(SubmissionExtension):
    """The case on the receipt page."""

    def receipt(self, submission: Submission) -> Mapping[str, object]:
        return case_receipt(submission)
