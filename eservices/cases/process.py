"""The process of a case: its stages, one after the other. Read ``advance_case`` first."""

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from home.web.error_messages import describe_fault

from . import actions, audit_log, states
from .actors import SYSTEM
from .models import Case, CaseStage
from .stages import (
    APPLICANT,
    LEAD,
    Answer,
    AskApplicant,
    Done,
    EndCase,
    Stop,
    Waiting,
    is_decision_stage,
    kind_of,
)
from .stages import SYSTEM as SYSTEM_WAITS
from .workflow import clock
from .workflow.progress import (
    Progress,
    current_stage,
    has_open_question_expression,  # noqa: F401 - re-exported
    is_answer_overdue,
    is_finished_for_applicant,  # noqa: F401 - re-exported
    open_questions,  # noqa: F401 - re-exported
    stage_applies,
    stages_ahead,  # noqa: F401 - re-exported
    unfinished_stages,
    without_internal,  # noqa: F401 - re-exported
)

logger = logging.getLogger(__name__)

FAULT = gettext_lazy("a program or another system failed, the timeline has its message")
FAULT_PAUSE = timedelta(minutes=5)  # a stage that raised is retried after this time


def advance_case(case_id) -> None:
    """Run the stages of the case, one after the other, until one has to wait or none is left.

    Safe to call at any time, repeatedly and by several workers: each stage runs in its own transaction with the case
    locked, which contains all that it writes. A finished stage never runs again.
    """
    try:
        case = None
        while case := _next_stage(case_id, case):
            pass
    except Case.DoesNotExist:
        return  # a discarded rehearsal
    except (OperationalError, InterfaceError):
        raise  # the database is unavailable: the stage did not fail, and the row is still due
    except Exception as fault:
        logger.exception("Case %s: a stage failed", case_id)
        _store_fault(case_id, fault)


def skippable_wait(case: Case) -> CaseStage | None:
    """Return the stage whose wait a rehearsal may skip; None if there is none.

    This is a wait for a time or for somebody else. Decisions and blocked stages cannot be skipped.
    """
    row = current_stage(case)
    if row is None or row.progress != Progress.ACTIVE or is_decision_stage(row) or row.waiting_for == LEAD:
        return None
    under_way = row.waiting_for == SYSTEM_WAITS and case.due_at is None
    return None if under_way else row


@transaction.atomic
def skip_wait(*, actor, case: Case) -> None:
    """Finish the current stage of a rehearsal without waiting."""
    case = actions.lock_case(case.pk)
    row = skippable_wait(case)
    if not case.rehearsal or not case.is_open or row is None:
        raise actions.IllegalTransition(_("There is no stage to skip."))
    audit_log.record_event(case, "skipped", actor, stage=row.key, type=row.type)
    clock.stop_waiting_for_applicant(case)
    _finish(case, row, Progress.DONE)
    actions.wake_process(case=case)


@transaction.atomic
def _next_stage(case_id, before: Case | None) -> Case | None:
    """Run the first unfinished stage. Return the case if the next one may follow, else None.

    After the last stage the case closes in the same transaction, so that nobody sees one without the other.
    ``before``: the case as the previous call returned it.
    """
    case = actions.relock_case(before) if before else actions.lock_case(case_id)
    rows = list(unfinished_stages(case)) if case.is_open else []
    if rows and not _run(case, rows[0]):
        return None
    if len(rows) > 1:
        return case
    if case.is_open:
        _close_finished_case(case)
    return None


def _run(case: Case, row: CaseStage) -> bool:
    """Run the stage, or skip it if its condition does not hold. Return whether it is finished."""
    if row.progress == Progress.TODO and not stage_applies(case, row.spec):
        return _finish(case, row, Progress.SKIPPED)
    return _store_answer(case, row, _run_stage(case, row))


def _close_finished_case(case: Case) -> None:
    """Close the case because no stage is left.

    If a question is open the case stays open without a due time: the answer or an agent wakes it.
    """
    if states.is_allowed("complete", case.state) and not is_answer_overdue(case):
        actions.complete_case(actor=SYSTEM, case=case)
    else:
        case.due_at = None
        case.save(update_fields=["due_at"])


def _run_stage(case: Case, row: CaseStage) -> Answer:
    """Return the answer of the stage. If its app is not installed, stop the process."""
    stage = kind_of(row)
    if stage is None:
        return Stop(_("No installed app knows the stage “%(type)s”.") % {"type": row.type})
    settings = stage.upgrade(row.spec.settings)
    if row.progress == Progress.ACTIVE:
        return stage.resume(case, row, settings)
    return stage.enter(case, row, settings)


def _store_answer(case: Case, row: CaseStage, answer: Answer) -> bool:
    """Store the stage's answer. Return whether the stage is finished."""
    match answer:
        case Done():
            row.data |= answer.data or {}
            audit_log.record_event(case, "stage", SYSTEM, stage=row.key, type=row.type)
            return _finish(case, row, Progress.DONE)
        case AskApplicant():
            asked = actions.ask_from_stage(case=case, text=answer.text, term=answer.term)
            _wait(asked, row, Waiting(APPLICANT, until=answer.until))
        case EndCase():
            actions.close_unanswered(case=case, outcome=answer.outcome, reason=answer.reason)
        case Stop():
            if row.reason != answer.reason:
                audit_log.record_event(case, "stopped", SYSTEM, stage=row.key, reason=answer.reason)
            _wait(case, row, Waiting(LEAD, reason=answer.reason))
        case Waiting():
            _wait(case, row, answer)
    return False


def _wait(case: Case, row: CaseStage, answer: Waiting) -> None:
    if answer.who == LEAD and row.waiting_for != LEAD:
        clock.schedule_blocked_alert(case)
    row.entered_at = row.entered_at or timezone.now()
    row.progress, row.waiting_for, row.reason = Progress.ACTIVE, answer.who, answer.reason
    row.save(update_fields=["entered_at", "progress", "waiting_for", "reason", "data"])
    case.due_at = answer.until
    case.save(update_fields=["due_at"])
    nobody_can_act = answer.who == SYSTEM_WAITS and kind_of(row).rests
    clock.sync_deadline_pause(case, stage_rests=nobody_can_act or answer.who == APPLICANT)


def _finish(case: Case, row: CaseStage, progress: str) -> bool:
    now = timezone.now()
    row.entered_at = row.entered_at or now
    row.progress, row.done_at, row.waiting_for, row.reason = progress, now, "", ""
    row.save()
    clock.sync_deadline_pause(case, stage_rests=False)
    return True


@transaction.atomic
def _store_fault(case_id, fault: Exception) -> None:
    """Record the error, block the case, and retry the stage after ``FAULT_PAUSE``.

    The leads are alerted after ``clock.BLOCKED_GRACE_PERIOD``. The error message is meant for the operator: it is in
    the log, and in the timeline once until it differs.
    """
    case = actions.lock_case(case_id)
    row = next(unfinished_stages(case), None)
    if not case.is_open or row is None:
        return
    event_data = {"stage": row.key, "reason": describe_fault(fault)[:500]}
    last = case.events.filter(kind="fault").order_by("number").last()
    if last is None or last.data != event_data:
        audit_log.record_event(case, "fault", SYSTEM, **event_data)
    if row.waiting_for != LEAD:
        clock.schedule_blocked_alert(case)
    CaseStage.objects.filter(pk=row.pk).update(waiting_for=LEAD, reason=FAULT)
    case.due_at = timezone.now() + FAULT_PAUSE
    case.save(update_fields=["due_at"])
