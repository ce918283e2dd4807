"""What happens to a case after sending, stage after stage. Read ``advance`` first."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from eservices.formbuilder.definition import StageSpec

from . import actions, trace
from .actors import SYSTEM
from .models import Case, CaseStage
from .progress import Progress, ahead, applies, current, unfinished  # noqa: F401 - asked of the process
from .stages import LEAD, Answer, Done, Stage, Stop, Waiting, stages

logger = logging.getLogger(__name__)

FAULT_PAUSE = timedelta(minutes=5)  # a stage that raised is tried again after this


def advance(case_id) -> None:
    """Runs the case's stages, one after the other, until one has to wait or none is left.

    Safe to call at any time, any number of times, by several workers: each stage is its own transaction under
    the lock of the case, and what it writes stands in it. A stage that is done is never run again.
    """
    try:
        while _next_stage(case_id):
            pass
    except Exception as fault:
        logger.exception("Case %s: a stage failed", case_id)
        _keep_fault(case_id, fault)


@transaction.atomic
def _next_stage(case_id) -> bool:
    """Lets the first unfinished stage do what it can; whether the next may follow at once."""
    case = actions.locked(case_id)
    if not case.is_open:
        return False
    row = next(unfinished(case), None)
    if row is None:
        actions.complete(actor=SYSTEM, case=case)
        return False
    spec = row.spec
    if row.progress == Progress.TODO and not applies(case, spec):
        return _finish(row, Progress.SKIPPED)
    return _keep(case, row, _ask(case, row, spec))


def _ask(case: Case, row: CaseStage, spec: StageSpec) -> Answer:
    """The stage's own answer. One whose app is gone waits for a lead."""
    kind = stages.get(spec.type)
    if kind is None:
        return Stop(f"No installed app knows the stage “{spec.type}”.")
    stage: Stage = kind()
    settings = stage.upgrade(spec.settings)
    if row.progress == Progress.ACTIVE:
        return stage.resume(case, row, settings)
    return stage.enter(case, row, settings)


def _keep(case: Case, row: CaseStage, answer: Answer) -> bool:
    """Writes what the stage answered; whether the next one may follow."""
    if isinstance(answer, Done):
        row.data |= answer.data or {}
        trace.record(case, "stage", SYSTEM, stage=row.key, type=row.type)
        return _finish(row, Progress.DONE)
    if isinstance(answer, Stop):
        if row.reason != answer.reason:
            trace.record(case, "stopped", SYSTEM, stage=row.key, reason=answer.reason)
        answer = Waiting(LEAD, reason=answer.reason)
    _wait(case, row, answer)
    return False


def _wait(case: Case, row: CaseStage, answer: Waiting) -> None:
    row.entered_at = row.entered_at or timezone.now()
    row.progress, row.waiting_for, row.reason = Progress.ACTIVE, answer.who, answer.reason
    row.save(update_fields=["entered_at", "progress", "waiting_for", "reason", "data"])
    case.due_at = answer.until
    case.save(update_fields=["due_at"])


def _finish(row: CaseStage, progress: str) -> bool:
    now = timezone.now()
    row.entered_at = row.entered_at or now
    row.progress, row.done_at, row.waiting_for, row.reason = progress, now, "", ""
    row.save()
    return True


@transaction.atomic
def _keep_fault(case_id, fault: Exception) -> None:
    """The fault is shown to a lead, and the stage tried again a little later."""
    case = actions.locked(case_id)
    row = next(unfinished(case), None)
    if not case.is_open or row is None:
        return
    reason = f"{type(fault).__name__}: {fault}"[:500]
    if row.reason != reason:
        trace.record(case, "fault", SYSTEM, stage=row.key, reason=reason)
    CaseStage.objects.filter(pk=row.pk).update(waiting_for=LEAD, reason=reason)
    case.due_at = timezone.now() + FAULT_PAUSE
    case.save(update_fields=["due_at"])
