"""Reopening of closed cases."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User

from .. import audit_log, emails, states
from ..exceptions import IllegalTransition
from ..models import Case, CaseStage
from ..stages import is_decision_stage, kind_of
from ..workflow import clock
from .base import clean_text, lock_if_allowed, mark_process_due

Progress = CaseStage.Progress


@transaction.atomic
def reopen_case(*, actor: User, case: Case, reason: str) -> Case:
    """Reopen a closed case: its decision is open again, with a new deadline, and the applicant is notified.

    Stages that closing skipped run again, and so do results that are void, such as a revoked document. Other finished
    stages stay finished, such as an issued document.
    """
    case, text = lock_if_allowed(case, "reopen"), clean_text(reason)
    if not can_reopen(case):
        raise IllegalTransition(_("This case cannot be repeated. Open a new request."))
    _reset_stages(case)
    case.state = states.next_state("reopen", case.state)
    case.outcome, case.reason, case.closed_at, case.duplicate_of = "", "", None, None
    case.deadline = clock.promised_deadline(timezone.now(), case.version.definition.settings.get("days"))
    case.save(update_fields=["state", "outcome", "reason", "closed_at", "duplicate_of", "deadline"])
    clock.plan_escalations(case)
    audit_log.record_event(case, "reopened", actor, reason=text)
    emails.send_reopened(case, text)
    mark_process_due(case)
    return case


def can_reopen(case: Case) -> bool:
    """Return whether a decision can be taken again, or closing skipped something that can still be done."""
    if case.is_open or case.submission.erased_at:
        return False
    rows = case.stages.all()
    return any(map(is_decision_stage, rows)) or any(_runs_again(row, case) for row in rows)


def _reset_stages(case: Case) -> None:
    """Reset decision stages and skipped stages. Their former data is stored under ``earlier``."""
    for row in case.stages.all():
        if not _runs_again(row, case):
            continue
        if kind := kind_of(row):
            kind.take_up(row)
        earlier = row.data.get("earlier", [])
        former = {key: one for key, one in row.data.items() if key != "earlier"}
        row.data = {"earlier": [*earlier, former]} if former or earlier else {}
        row.progress, row.entered_at, row.done_at, row.waiting_for, row.reason = (
            Progress.TODO,
            None,
            None,
            "",
            "",
        )
        row.save()
    case.persons.update(outcome="", reason="", author=None, at=None)


def _runs_again(row: CaseStage, case: Case) -> bool:
    """Return whether the stage runs again: a decision, one that closing skipped, or one whose result is void."""
    if is_decision_stage(row) or _was_skipped_by_closing(row, case):
        return True
    kind = kind_of(row)
    return row.progress == Progress.DONE and kind is not None and not kind.stands(row)


def _was_skipped_by_closing(row: CaseStage, case: Case) -> bool:
    """Return whether the stage was skipped because the case closed.

    A stage that its condition skips has another ``done_at``.
    """
    return row.progress == Progress.SKIPPED and row.done_at == case.closed_at
