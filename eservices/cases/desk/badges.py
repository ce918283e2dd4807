"""Badges of cases on the agents' desk: text and icon for status and deadline."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from home.localization.times import format_time

from ..models import Case, CaseStage
from ..stages import AGENT, APPLICANT, LEAD, OTHERS, is_decision_stage, proposed_decision
from ..states import CaseOutcome, CaseState


@dataclass(frozen=True)
class StatusBadge:
    """A plain text with its icon and tone. The meaning never depends on colour alone."""

    word: str
    icon: str = ""
    tone: str = ""


def deadline_group(case: Case, now: datetime) -> str:
    """Return the key of the case's group in the queue, as in ``queries.deadline_groups``."""
    if case.closed_at:
        return "closed"
    if case.paused_at:
        return "paused"
    if case.deadline is None:
        return "free"
    if case.deadline < now:
        return "late"
    if case.deadline <= end_of_day(now):
        return "today"
    return "week" if case.deadline <= end_of_week(now) else "later"


def end_of_day(now: datetime) -> datetime:
    local = timezone.localtime(now)
    return datetime.combine(local.date(), time.max, local.tzinfo)


def end_of_week(now: datetime) -> datetime:
    """Return the end of Sunday."""
    return end_of_day(now) + timedelta(days=6 - timezone.localtime(now).weekday())


def due_text(case: Case, now: datetime) -> StatusBadge:
    """Return the badge for the deadline of the case in a row of the queue."""
    key, deadline = deadline_group(case, now), case.deadline and timezone.localtime(case.deadline)
    if key == "closed":
        return StatusBadge(format_short_day(timezone.localtime(case.closed_at)), "check", "pause")
    if key == "paused":
        return StatusBadge(_("resting"), "s5", "pause")
    if key == "free":
        return StatusBadge(_("none"), "", "pause")
    if key == "late":
        days = (timezone.localtime(now).date() - deadline.date()).days
        late = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
        return StatusBadge(
            late if days else _("since %(hour)s") % {"hour": format_time(deadline)}, "s6", "late"
        )
    if key == "today":
        return StatusBadge(_("today %(hour)s") % {"hour": format_time(deadline)}, "clock", "now")
    return StatusBadge(format_short_day(deadline))


def age_text(case: Case, now: datetime) -> str:
    """Return how many calendar days ago an open case was received; "" for a closed one."""
    if case.closed_at:
        return ""
    days = (timezone.localtime(now).date() - timezone.localtime(case.opened_at).date()).days
    if days < 2:
        return _("received yesterday") if days else _("received today")
    return ngettext("received %(days)s day ago", "received %(days)s days ago", days) % {"days": days}


def format_short_day(moment: datetime) -> str:
    """Format a day for rows and badges, such as “Fri 27.11.”."""
    return date_format(moment, "D j.m.")


class StageSummary(NamedTuple):
    """The data of a stage that the badge of its case needs.

    ``proposal``: of a decision that a second agent confirms.
    """

    type: str
    waiting_for: str
    proposal: str | None = None


def is_about_to_continue(case: Case, row: CaseStage | StageSummary) -> bool:
    """Return whether what the stage waited for has happened, but no worker has processed it yet."""
    is_due = bool(case.due_at) and case.due_at <= timezone.now()
    return is_due and row.waiting_for in (AGENT, APPLICANT, OTHERS) and not is_decision_stage(row)


def _needs_agent_after_term(case: Case, row: CaseStage | StageSummary | None) -> bool:
    """Return whether an agent has to say how an overdue question continues: all stages over, nothing due."""
    return row is None and case.due_at is None


def status_badge(case: Case, row: CaseStage | StageSummary | None = None) -> StatusBadge:
    """Return the badge for the status of the case at stage ``row``. It shows who has to act."""
    waiting_for = row.waiting_for if row else ""
    proposed = row and (proposed_decision(row) if isinstance(row, CaseStage) else row.proposal)
    if case.state == CaseState.CLOSED:
        return StatusBadge(
            str(CaseOutcome(case.outcome).label) if case.outcome else pgettext("case", "closed"),
            "check" if case.outcome != CaseOutcome.REFUSED else "close",
            "ok" if case.outcome in (CaseOutcome.ACCEPTED, CaseOutcome.COMPLETED) else "",
        )
    if waiting_for == LEAD:
        return StatusBadge(_("Blocked"), "alert", "bad")
    if case.state == CaseState.WAITING or waiting_for == APPLICANT:
        return StatusBadge(_("Waits for the applicant"), "s3")
    if case.paused_at:
        return StatusBadge(_("On a waiting list"), "s3")
    if waiting_for == AGENT and is_about_to_continue(case, row):
        return StatusBadge(_("In progress"), "s2")
    if (waiting_for == AGENT and not is_decision_stage(row)) or _needs_agent_after_term(case, row):
        return StatusBadge(_("To treat"), "s1", "must")
    if case.state == CaseState.DECIDED:
        return StatusBadge(_("Being completed"), "s2", "ok")
    if waiting_for == OTHERS:
        return StatusBadge(_("Waits for others"), "s3")
    if waiting_for == AGENT:
        return StatusBadge(_("To confirm") if proposed else _("To decide"), "s1", "must")
    return StatusBadge(_("In progress"), "s2")
