"""What the receipt page of a request says: how the case is called, what happens next and by when."""

from eservices.submissions.models import Submission
from eservices.submissions.receipts import receipts

from . import emails
from .models import Case
from .progress import ahead


@receipts.register("cases")
def case_receipt(submission: Submission) -> dict:
    """Reference, deadline, private link and the next steps of the case that the submission opened."""
    case = Case.objects.select_related("version", "submission").filter(submission=submission).first()
    if case is None:
        return {}
    return {
        "reference": case.reference,
        "deadline": case.deadline,
        "url": emails.shown_url(case),
        "next_steps": next_steps(case),
    }


def next_steps(case: Case) -> list[str]:
    """The titles of what is still to happen, in the language of the case."""
    return [row.title for row in ahead(case) if row.title]
