"""The clock of a case: by when it is answered, when that rests, and when a lead is told.

Working days leave out weekends, the holidays of the country or canton, and the days on which the commune is closed.
Whoever calls holds the lock on the case's row.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from home.localization import working_days
from home.models import CommuneSettings

from .. import states
from ..logic import deadlines
from ..models import Case, Escalation
from ..states import CaseState

BLOCKED_GRACE_PERIOD = timedelta(minutes=10)  # what is blocked no longer than that is told to nobody


def non_working_days():
    """The days that do not count, as the commune's settings have them now."""
    return CommuneSettings.current().days_off


# -- Moments -------------------------------------------------------------------------------------------------
def promised_deadline(start: datetime, days: int | None) -> datetime | None:
    """By when the administration answers what came at ``start``; None where nothing is promised."""
    return (
        deadlines.add_working_days_at(timezone.localtime(start), int(days), non_working_days())
        if days
        else None
    )


def end_of_working_day_after(start: datetime, days: int) -> datetime:
    """The end of the ``days``-th working day: until when somebody else may answer."""
    return deadlines.add_working_days_at(
        timezone.localtime(start), days, non_working_days(), deadlines.MIDNIGHT
    )


def morning_before(end: datetime, days: int) -> datetime:
    """The morning of the ``days``-th working day before ``end``."""
    return deadlines.morning_before(timezone.localtime(end), days, non_working_days())


def morning_after(start: datetime, days: int) -> datetime:
    """The morning of the ``days``-th working day after ``start``."""
    return deadlines.add_working_days_at(
        timezone.localtime(start), days, non_working_days(), deadlines.MORNING
    )


def morning_of(day: date) -> datetime:
    """When what waits for a day goes on."""
    return timezone.make_aware(datetime.combine(day, deadlines.MORNING))


def shift_working_days(day: date, days: int) -> date:
    """The day so many working days later, or before where negative."""
    return working_days.add_working_days(day, days, non_working_days())


# -- Resting -------------------------------------------------------------------------------------------------
def sync_deadline_pause(case: Case, *, stage_rests: bool) -> None:
    """The deadline rests exactly while the commune cannot act. Saves what changed on the case.

    ``stage_rests``: whether it does at the stage at hand: for the applicant, or because nobody can do anything. An open
    question counts by itself.
    """
    rests = case.is_open and (stage_rests or case.state == CaseState.WAITING)
    if rests == bool(case.paused_at):
        return
    now = timezone.now()
    if not rests:
        case.deadline = _resumed(case, now)
    case.paused_at = now if rests else None
    case.save(update_fields=["deadline", "paused_at"])
    if not rests:
        plan_escalations(case)


def stop_waiting_for_applicant(case: Case) -> None:
    """What was asked is not waited for any more. Saves what changed on the case."""
    if case.state == CaseState.WAITING:
        case.state = states.state_after_answer(case.outcome)
        case.save(update_fields=["state"])
    sync_deadline_pause(case, stage_rests=False)


def _resumed(case: Case, now: datetime) -> datetime | None:
    """The deadline, put off by the working days for which it rested."""
    if case.deadline is None:
        return None
    local = [timezone.localtime(moment) for moment in (case.deadline, case.paused_at, now)]
    return deadlines.extend_by_pause(*local, non_working_days())


# -- Questions of agents -------------------------------------------------------------------------------------
def next_question_check(asked: datetime, term: datetime, now: datetime) -> datetime:
    """When a question that is open at ``now`` is looked at next: to remind, or at its term."""
    days = working_days.count_working_days(
        timezone.localtime(asked).date(), timezone.localtime(term).date(), non_working_days()
    )
    moments = (morning_after(asked, one) for one in deadlines.reminder_days(days))
    return next((one for one in moments if now < one < term), term)


# -- Escalation ----------------------------------------------------------------------------------------------
def plan_escalations(case: Case) -> None:
    """Rows that say when a lead is told: before the deadline, and when it is over.

    Called when a case is opened and when its deadline has moved: what was told of the old one is told again of the
    new one. Of a case that rests or is closed nothing is told.
    """
    if case.deadline is None or case.rehearsal:
        return
    near = morning_before(case.deadline, deadlines.WARNED_BEFORE)
    moments = {Escalation.Kind.NEAR: near, Escalation.Kind.OVER: case.deadline}
    Escalation.objects.bulk_create(
        [Escalation(case=case, kind=kind, due_at=at) for kind, at in moments.items() if at > timezone.now()],
        update_conflicts=True,
        unique_fields=["case", "kind"],
        update_fields=["due_at", "done_at"],
    )


def schedule_blocked_alert(case: Case) -> None:
    """Schedule the alert to a lead that the case is blocked, ``BLOCKED_GRACE_PERIOD`` from now."""
    if not case.rehearsal:
        Escalation.objects.update_or_create(
            case=case,
            kind=Escalation.Kind.STOP,
            defaults={"due_at": timezone.now() + BLOCKED_GRACE_PERIOD, "done_at": None},
        )
