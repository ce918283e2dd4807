"""What the receipt page of a request says: how the case is called, what happens next and by when."""

from datetime import datetime

from django.urls import reverse

from eservices.submissions.models import Submission
from eservices.submissions.receipts import receipts

from . import access, concerned, emails
from .concerned import label_of
from .models import Case
from .progress import ahead, titles
from .stages import kind_of


@receipts.register("cases")
def case_receipt(submission: Submission) -> dict:
    """Reference, deadline, private link and the next steps of the case that the submission opened; for the agent who
    filed it the way to the receipt on paper and, where it is their team's, to the case."""
    case = Case.objects.select_related("version", "submission").filter(submission=submission).first()
    if case is None:
        return {}
    return {
        "reference": case.reference,
        "deadline": promised(case),
        "at_once": is_at_once(case),
        "url": emails.shown_url(case),
        "next_steps": titles(ahead(case)),
        "missing": missing(case),
        "ways": _ways(case, submission.agent) if submission.agent_id else {},
    }


def is_at_once(case: Case) -> bool:
    """Whether all that follows happens by itself in a moment, as when a time that is free is confirmed."""
    kinds = [kind_of(row) for row in ahead(case)]
    return bool(kinds) and all(kind and kind.at_once for kind in kinds)


def promised(case: Case) -> datetime | None:
    """By when the applicant reads that we answer; None where no day was set, or the answer is on its way."""
    return None if is_at_once(case) else case.deadline


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
