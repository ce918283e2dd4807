"""Deadlines of cases: promised date, pauses, and alerts to leads.

Working days leave out weekends, the holidays of the country or canton, and the days on which the commune is closed.
Functions that change a case require it to be locked.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from home.localization import working_days
from home.models import CommuneSettings

from .. import states
from ..logic import deadlines
from ..models import Case, Escalation
from ..states import CaseState

BLOCKED_GRACE_PERIOD = timedelta(minutes=10)  # shorter blocks cause no alert


def non_working_days():
    """Return the days that do not count, by the current settings of the commune."""
    return CommuneSettings.current().days_off


# -- Points in time ------------------------------------------------------------------------------------------
def promised_deadline(start: datetime, days: int | None) -> datetime | None:
    """Return the deadline for a request received at ``start``; None if no ``days`` are promised."""
    return (
        deadlines.add_working_days_at(timezone.localtime(start), int(days), non_working_days())
        if days
        else None
    )


def end_of_working_day_after(start: datetime, days: int) -> datetime:
    """Return the end of the ``days``-th working day after ``start``, for terms to answer."""
    return deadlines.add_working_days_at(
        timezone.localtime(start), days, non_working_days(), deadlines.MIDNIGHT
    )


def morning_before(end: datetime, days: int) -> datetime:
    """Return the morning of the ``days``-th working day before ``end``."""
    return deadlines.morning_before(timezone.localtime(end), days, non_working_days())


def morning_after(start: datetime, days: int) -> datetime:
    """Return the morning of the ``days``-th working day after ``start``."""
    return deadlines.add_working_days_at(
        timezone.localtime(start), days, non_working_days(), deadlines.MORNING
    )


def morning_of(day: date) -> datetime:
    """Return the time on ``day`` at which waiting ends."""
    return timezone.make_aware(datetime.combine(day, deadlines.MORNING))


def shift_working_days(day: date, days: int) -> date:
    """Shift ``day`` by working days; backwards if ``days`` is negative."""
    return working_days.add_working_days(day, days, non_working_days())


# -- Pauses --------------------------------------------------------------------------------------------------
def sync_deadline_pause(case: Case, *, stage_rests: bool) -> None:
    """Pause or resume the deadline so that it runs exactly while the commune can act. Saves the case.

    ``stage_rests``: whether it pauses at the current stage, because the applicant has to act or nobody can. An open
    question pauses it in any case.
    """
    rests = case.is_open and (stage_rests or case.state == CaseState.WAITING)
    if rests == bool(case.paused_at):
        return
    now = timezone.now()
    if not rests:
        case.deadline = _extended_deadline(case, now)
    case.paused_at = now if rests else None
    case.save(update_fields=["deadline", "paused_at"])
    if not rests:
        plan_escalations(case)


def stop_waiting_for_applicant(case: Case) -> None:
    """End the wait for an answer and resume the deadline. Saves the case."""
    if case.state == CaseState.WAITING:
        case.state = states.state_after_answer(case.outcome)
        case.save(update_fields=["state"])
    sync_deadline_pause(case, stage_rests=False)


def _extended_deadline(case: Case, now: datetime) -> datetime | None:
    """Return the deadline extended by the working days of the pause; None if there is none."""
    if case.deadline is None:
        return None
    local = [timezone.localtime(moment) for moment in (case.deadline, case.paused_at, now)]
    return deadlines.extend_by_pause(*local, non_working_days())


# -- Questions of agents -------------------------------------------------------------------------------------
def next_question_check(asked: datetime, term: datetime, now: datetime) -> datetime:
    """Return when a question that is open at ``now`` is due next: for a reminder, or at the end of its term."""
    days = working_days.count_working_days(
        timezone.localtime(asked).date(), timezone.localtime(term).date(), non_working_days()
    )
    moments = (morning_after(asked, one) for one in deadlines.reminder_days(days))
    return next((one for one in moments if now < one < term), term)


# -- Escalations ---------------------------------------------------------------------------------------------
def plan_escalations(case: Case) -> None:
    """Plan the alerts to the leads: before the deadline, and at its end.

    Called when a case is opened and when its deadline has moved: alerts for the old deadline are repeated for the new
    one. No alert is sent while the case is paused or closed.
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
