"""What the receipt page of a request says: how the case is called, what happens next and by when."""

from django.urls import reverse

from eservices.submissions.models import Submission
from eservices.submissions.receipts import receipts

from . import access, concerned, emails
from .answering import answered_by, is_at_once, pays_first
from .concerned import label_of
from .models import Case
from .progress import ahead, titles


@receipts.register("cases")
def case_receipt(submission: Submission) -> dict:
    """Reference, deadline, private link and the next steps of the case that the submission opened; for the agent who
    filed it the way to the receipt on paper and, where it is their team's, to the case."""
    case = Case.objects.select_related("version", "submission").filter(submission=submission).first()
    if case is None:
        return {}
    return {
        "reference": case.reference,
        "deadline": answered_by(case),
        "at_once": case.is_open and is_at_once(case),
        "pays_first": case.is_open and pays_first(case),
        "url": emails.shown_url(case),
        "next_steps": titles(ahead(case)),
        "missing": missing(case),
        "ways": _ways(case, submission.agent) if submission.agent_id else {},
    }


def missing(case: Case) -> list[str]:
    """The papers that did not come, in the language of the case."""
    return [label_of(case, one.key, case.language) for one in concerned.missing_papers(case)]


def _ways(case: Case, agent) -> dict[str, str]:
    opens = access.may(agent, case, "read")
    return {
        "paper": reverse("cases:receipt", args=[case.reference]),
        "case": reverse("cases:case", args=[case.reference]) if opens else "",
        "counter": reverse("cases:counter"),
    }
