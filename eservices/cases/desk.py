"""How a case reads on the agents' desk: words and shapes for its state and its deadline."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from home.templatetags.commune import clock

from .models import Case, CaseStage
from .stages import AGENT, APPLICANT, LEAD, OTHERS, decides, proposal
from .states import Outcome, State


@dataclass(frozen=True)
class Sign:
    """A word in plain text, its shape and its tone: never colour alone."""

    word: str
    icon: str = ""
    tone: str = ""


def group_of(case: Case, now: datetime) -> str:
    """The key of the group of the queue that a case stands in: see ``queue.groups``."""
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
    """The end of Sunday."""
    return end_of_day(now) + timedelta(days=6 - timezone.localtime(now).weekday())


def due(case: Case, now: datetime) -> Sign:
    """By when the case should be answered, as a row says it."""
    key, deadline = group_of(case, now), case.deadline and timezone.localtime(case.deadline)
    if key == "closed":
        return Sign(short_day(timezone.localtime(case.closed_at)), "check", "pause")
    if key == "paused":
        return Sign(_("resting"), "s5", "pause")
    if key == "free":
        return Sign(_("none"), "", "pause")
    if key == "late":
        days = (timezone.localtime(now).date() - deadline.date()).days
        late = ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
        return Sign(late if days else _("since %(hour)s") % {"hour": clock(deadline)}, "s6", "late")
    if key == "today":
        return Sign(_("today %(hour)s") % {"hour": clock(deadline)}, "clock", "now")
    return Sign(short_day(deadline))


def age(case: Case, now: datetime) -> str:
    """How long ago an open case was received, in days of the calendar; nothing of one that is closed."""
    if case.closed_at:
        return ""
    days = (timezone.localtime(now).date() - timezone.localtime(case.opened_at).date()).days
    if days < 2:
        return _("received yesterday") if days else _("received today")
    return ngettext("received %(days)s day ago", "received %(days)s days ago", days) % {"days": days}


def short_day(moment: datetime) -> str:
    """A day as rows and marks say it: “Fri 27.11.”"""
    return date_format(moment, "D j.m.")


class AtStage(NamedTuple):
    """What the sign of a case needs to know of its stage. ``proposal``: of a decision that a second agent confirms."""

    type: str
    waiting_for: str
    proposal: str | None = None


def goes_on(case: Case, row: CaseStage | AtStage) -> bool:
    """Whether what the stage waited for has happened, though no worker has looked at it yet."""
    is_due = bool(case.due_at) and case.due_at <= timezone.now()
    return is_due and row.waiting_for in (AGENT, APPLICANT, OTHERS) and not decides(row)


def _waits_for_word(case: Case, row: CaseStage | AtStage | None) -> bool:
    """Whether all stages are over and nothing is due: a question stayed unanswered, and an agent says what now."""
    return row is None and case.due_at is None


def sign(case: Case, row: CaseStage | AtStage | None = None) -> Sign:
    """Where the case stands, at the stage ``row``: who has to do something."""
    waiting_for = row.waiting_for if row else ""
    proposed = row and (proposal(row) if isinstance(row, CaseStage) else row.proposal)
    if case.state == State.CLOSED:
        return Sign(
            str(Outcome(case.outcome).label) if case.outcome else pgettext("case", "closed"),
            "check" if case.outcome != Outcome.REFUSED else "close",
            "ok" if case.outcome in (Outcome.ACCEPTED, Outcome.COMPLETED) else "",
        )
    if waiting_for == LEAD:
        return Sign(_("Blocked"), "alert", "bad")
    if case.state == State.WAITING or waiting_for == APPLICANT:
        return Sign(_("Waits for the applicant"), "s3")
    if case.paused_at:
        return Sign(_("On a waiting list"), "s3")
    if waiting_for == AGENT and goes_on(case, row):
        return Sign(_("In progress"), "s2")
    if (waiting_for == AGENT and not decides(row)) or _waits_for_word(case, row):
        return Sign(_("To treat"), "s1", "must")
    if case.state == State.DECIDED:
        return Sign(_("Being completed"), "s2", "ok")
    if waiting_for == OTHERS:
        return Sign(_("Waits for others"), "s3")
    if waiting_for == AGENT:
        return Sign(_("To confirm") if proposed else _("To decide"), "s1", "must")
    return Sign(_("In progress"), "s2")
