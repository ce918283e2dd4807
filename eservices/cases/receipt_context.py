"""The case on the receipt page of its submission: reference, next stages, promised date."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from eservices.submissions.models import Submission

from . import access, emails
from .models import Case, StatusLink
from .states import CaseState
from .workflow.enclosures_and_persons import missing_enclosure_labels
from .workflow.headline import PREFETCHED, case_headline
from .workflow.progress import current_stage, stage_titles, stages_ahead
from .workflow.promised_date import is_immediate, promised_date, waits_for_payment_first
from .workflow.stage_types import APPLICANT, kind_of

FOLLOWED_FOR = timedelta(minutes=2)  # the page of the receipt is loaded again by itself


def case_receipt(submission: Submission) -> dict:
    """Return reference, promised date, status link and next stages of the submission's case.

    For the agent who entered it, also the URLs of the printed receipt and, if they may read it, of the case. {} if
    there is no case.
    """
    cases = Case.objects.select_related("version", "submission").prefetch_related(*PREFETCHED)
    case = cases.filter(submission=submission).first()
    if case is None:
        return {}
    sealed = case.formal_decisions.unopened().exists()  # its notification is its opening
    link, headline, call = emails.displayed_link(case), case_headline(case), _call_to_applicant(case)
    return {
        "reference": case.reference,
        "deadline": promised_date(case),
        "at_once": case.is_open and is_immediate(case),
        "pays_first": case.is_open and waits_for_payment_first(case),
        "url": emails.status_link_url(link) if link else "",
        "next_steps": stage_titles(stages_ahead(case)),
        "headline": None if sealed else headline,
        "call": call,
        "follows": _progress_url(case, link) if link and not (headline or call) else "",
        "missing": missing_enclosure_labels(case),
        "ways": _receipt_links(case, submission.agent) if submission.agent_id else {},
    }


def _call_to_applicant(case: Case) -> str:
    """Return what the current stage asks of the applicant; "" if it waits for nobody or somebody else."""
    row = current_stage(case)
    kind = kind_of(row) if row and row.waiting_for == APPLICANT else None
    return kind.applicant_call_text(row) if kind else ""


def _progress_url(case: Case, link: StatusLink) -> str:
    """Return the address that tells whether there is an answer; "" if none comes within minutes."""
    moves = case.is_open and case.state != CaseState.WAITING and not case.submission.agent_id
    recent = case.opened_at > timezone.now() - FOLLOWED_FOR
    return reverse("space:status_progress", args=[link.secret]) if moves and recent else ""


def _receipt_links(case: Case, agent) -> dict[str, str]:
    opens = access.may_do(agent, case, "read")
    return {
        "paper": reverse("cases:receipt", args=[case.reference]),
        "case": reverse("cases:case", args=[case.reference]) if opens else "",
        "counter": reverse("cases:counter"),
    }
