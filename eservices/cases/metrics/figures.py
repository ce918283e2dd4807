"""Figures of the counter: received, open and late cases, and the time to a decision.

Pure except for ``load_records``. Time is counted like the promise: in working days, without the time in which the
applicant has to act. After a question this lasts until the answer or the end of its term, whichever comes first, as
for the deadline (``workflow.clock``). Less than a working day is given in minutes. The median and the 90 per cent
value are nearest-rank percentiles: times that a case really took.
"""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from uuid import UUID

from django.db.models import Q

from home.localization.working_days import count_working_days

from ..models import CaseEvent, CaseQuerySet, CaseStage
from ..states import CaseOutcome
from ..workflow.stage_types import stages

DECIDING = ("accepted", "refused")
COUNTED_EVENTS = ("asked", "answered", "unanswered", "reopened", *DECIDING)


type Time = tuple[datetime, datetime | None]  # from and until; None if it has not ended


@dataclass(frozen=True)
class CaseRecord:
    """The data of one case for figures, in the commune's time zone.

    ``waits``: times in which the applicant had to answer a question. ``rested``: times in which the deadline paused
    for another reason, such as a payment. ``rests``: since when the deadline is paused; None if it runs.
    """

    form: str
    opened: datetime
    closed: datetime | None = None
    decided: datetime | None = None
    deadline: datetime | None = None
    rests: datetime | None = None
    waits: tuple[Time, ...] = ()
    rested: tuple[Time, ...] = ()


@dataclass(frozen=True)
class WeekFigures:
    """A calendar week (ISO 8601): cases received and decided in it; open and late ones at its end, or now."""

    number: int
    start: datetime
    end: datetime
    received: int
    open: int
    late: int
    decisions: "DecisionFigures | None"


@dataclass(frozen=True, order=True)
class DecisionTime:
    """The time that a decision took: working days, or minutes if less than one."""

    days: int
    minutes: int = 0

    @property
    def in_days(self) -> float:
        return self.days + min(self.minutes / (24 * 60), 0.99)


@dataclass(frozen=True)
class DecisionFigures:
    """Figures of several decisions. Shares are between 0 and 1."""

    decided: int
    half: DecisionTime
    nine_of_ten: DecisionTime
    kept: float
    first_time_right: float


@dataclass(frozen=True)
class ServiceFigures:
    """Figures of one service: decided and received in a period, open and late at its end."""

    form: str
    received: int
    open: int
    late: int
    decisions: DecisionFigures


# -- Reading -------------------------------------------------------------------------------------------------
def load_records(cases: CaseQuerySet, since: datetime, zone) -> list[CaseRecord]:
    """Return the records of all real cases that were open at some time after ``since``, in three queries."""
    cases = cases.real().filter(Q(opened_at__gte=since) | Q(closed_at=None) | Q(closed_at__gte=since))
    told = defaultdict(list)
    events = CaseEvent.objects.filter(case__in=cases.order_by().values("pk"), kind__in=COUNTED_EVENTS)
    for case, kind, at in events.order_by("number").values_list("case", "kind", "at").iterator():
        told[case].append((kind, at.astimezone(zone)))
    rested = _pause_times(cases, zone)
    rows = cases.order_by().values_list(
        "pk", "form", "opened_at", "closed_at", "deadline", "paused_at", "outcome"
    )
    return [_record(row, told.get(row[0], ()), rested.get(row[0], ()), zone) for row in rows.iterator()]


def _pause_times(cases: CaseQuerySet, zone) -> dict[UUID, list[Time]]:
    """Return the times at stages at which the deadline pauses, by case."""
    found = defaultdict(list)
    kinds = [key for key, kind in stages.items() if kind.rests]
    at = CaseStage.objects.filter(
        case__in=cases.order_by().values("pk"), type__in=kinds, entered_at__isnull=False
    )
    for case, entered, done in at.values_list("case", "entered_at", "done_at").iterator():
        found[case].append((entered.astimezone(zone), done and done.astimezone(zone)))
    return found


def _record(row, events, rested, zone) -> CaseRecord:
    _pk, form, opened, closed, deadline, rests, outcome = row
    closed = closed and closed.astimezone(zone)
    decided = next((at for kind, at in events if kind in DECIDING), None)
    if decided is None and outcome == CaseOutcome.COMPLETED:
        decided = closed
    return CaseRecord(
        form=str(form),
        opened=opened.astimezone(zone),
        closed=closed,
        decided=decided,
        deadline=deadline and deadline.astimezone(zone),
        rests=rests and rests.astimezone(zone),
        waits=waiting_periods(events),
        rested=tuple(rested),
    )


def waiting_periods(events: Iterable[tuple[str, datetime]]) -> tuple[Time, ...]:
    """Return the times in which the applicant had to act because of a question.

    ``events``: event kinds and times of the case. A period lasts from the question until the answer, the end of the
    term, a decision or a reopening. After the term the commune has to act, even if a late answer follows. A question
    during an open one begins no second period, and its answer ends the first.
    """
    found: list[Time] = []
    for kind, at in events:
        is_open = bool(found) and found[-1][1] is None
        if kind == "asked" and not is_open:
            found.append((at, None))
        elif kind != "asked" and is_open:
            found[-1] = (found[-1][0], at)
    return tuple(found)


# -- Weeks ---------------------------------------------------------------------------------------------------
def first_day(now: datetime, weeks: int) -> datetime:
    """Return Monday, midnight, of the first of ``weeks`` weeks; the last one is the current week."""
    monday = now.date() - timedelta(days=now.weekday(), weeks=weeks - 1)
    return datetime.combine(monday, time(), now.tzinfo)


def figures_by_week(
    found: Iterable[CaseRecord], now: datetime, weeks: int, free: Container[date] = frozenset()
) -> list[WeekFigures]:
    """Return the figures of the last ``weeks`` weeks; those of the current week as of ``now``.

    ``free``: days that are no working days.
    """
    found, start = list(found), first_day(now, weeks)
    return [_week(found, start + timedelta(weeks=n), now, free) for n in range(weeks)]


def _week(found: list[CaseRecord], start: datetime, now: datetime, free: Container[date]) -> WeekFigures:
    end = min(start + timedelta(weeks=1), now)
    return WeekFigures(
        number=start.isocalendar().week,
        start=start,
        end=end,
        **_caseload(found, start, end),
        decisions=_decisions(found, start, end, free),
    )


def _caseload(found: list[CaseRecord], start: datetime, end: datetime) -> dict[str, int]:
    """Return the cases received between the two moments, and those open and late at ``end``."""
    standing = [one for one in found if one.opened < end and not (one.closed and one.closed < end)]
    return {
        "received": sum(start <= one.opened < end for one in found),
        "open": len(standing),
        "late": sum(_is_late(one, end) for one in standing),
    }


def _is_late(one: CaseRecord, at: datetime) -> bool:
    if one.rests and one.rests <= at:
        return False
    waiting = any(begun <= at and (over is None or over > at) for begun, over in one.waits + one.rested)
    return bool(one.deadline and one.deadline < at and not waiting)


# -- Services ------------------------------------------------------------------------------------------------
def figures_by_service(
    found: Iterable[CaseRecord], since: datetime, until: datetime, free: Container[date]
) -> list[ServiceFigures]:
    """Return the services with a decision between ``since`` and ``until``, the slowest first."""
    groups: dict[str, list[CaseRecord]] = defaultdict(list)
    for one in found:
        groups[one.form].append(one)
    services = [
        ServiceFigures(form=form, **_caseload(group, since, until), decisions=decisions)
        for form, group in groups.items()
        if (decisions := _decisions(group, since, until, free))
    ]
    return sorted(
        services, key=lambda one: (one.decisions.half, one.decisions.nine_of_ten, one.form), reverse=True
    )


def _decisions(
    found: list[CaseRecord], since: datetime, until: datetime, free: Container[date]
) -> DecisionFigures | None:
    """Return the figures of the decisions between the two moments; None if there were none."""
    decided = [one for one in found if one.decided and since <= one.decided < until]
    if not decided:
        return None
    durations = sorted(working_time(one, free) for one in decided)
    return DecisionFigures(
        decided=len(decided),
        half=_percentile(durations, 0.5),
        nine_of_ten=_percentile(durations, 0.9),
        kept=_share(not one.deadline or one.decided <= one.deadline for one in decided),
        first_time_right=_share(not one.waits for one in decided),
    )


def working_time(one: CaseRecord, free: Container[date]) -> DecisionTime:
    """Return the time until the decision in which the commune had to act."""
    waits = _merge_times([*one.waits, *one.rested], one.decided)
    days = count_working_days(one.opened.date(), one.decided.date(), free)
    days -= sum(count_working_days(asked.date(), answered.date(), free) for asked, answered in waits)
    if days > 0:
        return DecisionTime(days)
    waited = sum((answered - asked for asked, answered in waits), timedelta())
    return DecisionTime(0, max(0, int((one.decided - one.opened - waited).total_seconds() // 60)))


def _merge_times(times: list[Time], end: datetime) -> list[tuple[datetime, datetime]]:
    """Return the times up to ``end`` with overlapping ones merged."""
    united: list[tuple[datetime, datetime]] = []
    for begun, over in sorted((begun, min(over or end, end)) for begun, over in times if begun < end):
        if united and begun <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], over))
        else:
            united.append((begun, over))
    return united


def _percentile(ordered: list[DecisionTime], part: float) -> DecisionTime:
    return ordered[max(ceil(part * len(ordered)), 1) - 1]


def _share(answers: Iterable[bool]) -> float:
    listed = list(answers)
    return sum(listed) / len(listed)
