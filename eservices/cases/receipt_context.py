"""The case on the receipt page of its submission: reference, next stages, promised date."""

from django.urls import reverse

from eservices.submissions.models import Submission

from . import access, emails
from .models import Case
from .workflow.enclosures_and_persons import missing_enclosure_labels
from .workflow.progress import stage_titles, stages_ahead
from .workflow.promised_date import is_immediate, promised_date, waits_for_payment_first


def case_receipt(submission: Submission) -> dict:
    """Return reference, promised date, status link and next stages of the submission's case.

    For the agent who entered it, also the URLs of the printed receipt and, if they may read it, of the case. {} if
    there is no case.
    """
    case = Case.objects.select_related("version", "submission").filter(submission=submission).first()
    if case is None:
        return {}
    return {
        "reference": case.reference,
        "deadline": promised_date(case),
        "at_once": case.is_open and is_immediate(case),
        "pays_first": case.is_open and waits_for_payment_first(case),
        "url": emails.displayed_status_url(case),
        "next_steps": stage_titles(stages_ahead(case)),
        "missing": missing_enclosure_labels(case),
        "ways": _receipt_links(case, submission.agent) if submission.agent_id else {},
    }


def _receipt_links(case: Case, agent) -> dict[str, str]:
    opens = access.may_do(agent, case, "read")
    return {
        "paper": reverse("cases:receipt", args=[case.reference]),
        "case": reverse("cases:case", args=[case.reference]) if opens else "",
        "counter": reverse("cases:counter"),
    }
