"""How the counter is doing: received, open, late, and how long a decision takes. Pure but for ``records``.

Time is counted as the promise is: in working days, without the time in which the applicant has the ball. A question
gives it to them until they answer or its term is over, whichever comes first, as the deadline rests (``timing``).
Less than a working day is said in minutes. The middle and nine tenths are nearest-rank percentiles: a time
that some case really took.
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
from ..stages import stages
from ..states import CaseOutcome

DECIDING = ("accepted", "refused")
COUNTED_EVENTS = ("asked", "answered", "unanswered", "reopened", *DECIDING)


type Time = tuple[datetime, datetime | None]  # from, and until; the latter empty where it goes on


@dataclass(frozen=True)
class CaseRecord:
    """One case as figures see it, with its times in the commune's zone. ``waits``: when a question left the ball with
    the applicant; ``rested``: when its deadline rested without one, as to pay; ``rests``: since when it rests now."""

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
    """A calendar week (ISO 8601): what came in, how things stood at its end, or now, and what was decided in it."""

    number: int
    start: datetime
    end: datetime
    received: int
    open: int
    late: int
    decisions: "DecisionFigures | None"


@dataclass(frozen=True, order=True)
class DecisionTime:
    """A time that a decision took: working days, or minutes within one."""

    days: int
    minutes: int = 0

    @property
    def in_days(self) -> float:
        return self.days + min(self.minutes / (24 * 60), 0.99)


@dataclass(frozen=True)
class DecisionFigures:
    """What some decisions took. Shares are between 0 and 1."""

    decided: int
    half: DecisionTime
    nine_of_ten: DecisionTime
    kept: float
    first_time_right: float


@dataclass(frozen=True)
class ServiceFigures:
    """How one service is doing: its decisions in a period, what came in, and how things stand at its end."""

    form: str
    received: int
    open: int
    late: int
    decisions: DecisionFigures


# -- Reading -------------------------------------------------------------------------------------------------
def load_records(cases: CaseQuerySet, since: datetime, zone) -> list[CaseRecord]:
    """Every real case that was open at some time after ``since``, in three queries."""
    cases = cases.real().filter(Q(opened_at__gte=since) | Q(closed_at=None) | Q(closed_at__gte=since))
    told = defaultdict(list)
    events = CaseEvent.objects.filter(case__in=cases.order_by().values("pk"), kind__in=COUNTED_EVENTS)
    for case, kind, at in events.order_by("number").values_list("case", "kind", "at").iterator():
        told[case].append((kind, at.astimezone(zone)))
    rested = _rested(cases, zone)
    rows = cases.order_by().values_list(
        "pk", "form", "opened_at", "closed_at", "deadline", "paused_at", "outcome"
    )
    return [_record(row, told.get(row[0], ()), rested.get(row[0], ()), zone) for row in rows.iterator()]


def _rested(cases: CaseQuerySet, zone) -> dict[UUID, list[Time]]:
    """By case, how long it stood at stages at which the deadline rests."""
    found = defaultdict(list)
    kinds = [key for key, kind in stages.items() if kind.rests]
    at = CaseStage.objects.filter(
        case__in=cases.order_by().values("pk"), type__in=kinds, entered_at__isnull=False
    )
    for case, entered, done in at.values_list("case", "entered_at", "done_at").iterator():
        found[case].append((entered.astimezone(zone), done and done.astimezone(zone)))
    return found


def _record(row, told, rested, zone) -> CaseRecord:
    _pk, form, opened, closed, deadline, rests, outcome = row
    closed = closed and closed.astimezone(zone)
    decided = next((at for kind, at in told if kind in DECIDING), None)
    if decided is None and outcome == CaseOutcome.COMPLETED:
        decided = closed
    return CaseRecord(
        form=str(form),
        opened=opened.astimezone(zone),
        closed=closed,
        decided=decided,
        deadline=deadline and deadline.astimezone(zone),
        rests=rests and rests.astimezone(zone),
        waits=waiting_periods(told),
        rested=tuple(rested),
    )


def waiting_periods(told: Iterable[tuple[str, datetime]]) -> tuple[Time, ...]:
    """When the applicant had the ball because of a question, from what was ``told`` of the case: kinds and times.

    From the question to its answer, to the end of its term, or to what decides the case or takes it up again. What
    comes after the term is the commune's again, and a late answer changes nothing of that. A question beside an open
    one begins no second wait, and its answer ends the first.
    """
    found: list[Time] = []
    for kind, at in told:
        is_open = bool(found) and found[-1][1] is None
        if kind == "asked" and not is_open:
            found.append((at, None))
        elif kind != "asked" and is_open:
            found[-1] = (found[-1][0], at)
    return tuple(found)


# -- Weeks ---------------------------------------------------------------------------------------------------
def first_day(now: datetime, weeks: int) -> datetime:
    """Monday, midnight, of the first of ``weeks`` weeks of which the last is running."""
    monday = now.date() - timedelta(days=now.weekday(), weeks=weeks - 1)
    return datetime.combine(monday, time(), now.tzinfo)


def figures_by_week(
    found: Iterable[CaseRecord], now: datetime, weeks: int, free: Container[date] = frozenset()
) -> list[WeekFigures]:
    """The last ``weeks`` weeks, the running one at their end as it stands ``now``. ``free``: no working days."""
    found, start = list(found), first_day(now, weeks)
    return [_week(found, start + timedelta(weeks=n), now, free) for n in range(weeks)]


def _week(found: list[CaseRecord], start: datetime, now: datetime, free: Container[date]) -> WeekFigures:
    end = min(start + timedelta(weeks=1), now)
    return WeekFigures(
        number=start.isocalendar().week,
        start=start,
        end=end,
        **_standing(found, start, end),
        decisions=_decisions(found, start, end, free),
    )


def _standing(found: list[CaseRecord], start: datetime, end: datetime) -> dict[str, int]:
    """What came in between the two moments, and how things stood at the second."""
    standing = [one for one in found if one.opened < end and not (one.closed and one.closed < end)]
    return {
        "received": sum(start <= one.opened < end for one in found),
        "open": len(standing),
        "late": sum(_late(one, end) for one in standing),
    }


def _late(one: CaseRecord, at: datetime) -> bool:
    if one.rests and one.rests <= at:
        return False
    waiting = any(begun <= at and (over is None or over > at) for begun, over in one.waits + one.rested)
    return bool(one.deadline and one.deadline < at and not waiting)


# -- Services ------------------------------------------------------------------------------------------------
def figures_by_service(
    found: Iterable[CaseRecord], since: datetime, until: datetime, free: Container[date]
) -> list[ServiceFigures]:
    """The services with a decision between ``since`` and ``until``, the slowest first."""
    groups: dict[str, list[CaseRecord]] = defaultdict(list)
    for one in found:
        groups[one.form].append(one)
    services = [
        ServiceFigures(form=form, **_standing(group, since, until), decisions=decisions)
        for form, group in groups.items()
        if (decisions := _decisions(group, since, until, free))
    ]
    return sorted(
        services, key=lambda one: (one.decisions.half, one.decisions.nine_of_ten, one.form), reverse=True
    )


def _decisions(
    found: list[CaseRecord], since: datetime, until: datetime, free: Container[date]
) -> DecisionFigures | None:
    """The decisions between the two moments; None where there was none."""
    decided = [one for one in found if one.decided and since <= one.decided < until]
    if not decided:
        return None
    taken = sorted(working_time(one, free) for one in decided)
    return DecisionFigures(
        decided=len(decided),
        half=_percentile(taken, 0.5),
        nine_of_ten=_percentile(taken, 0.9),
        kept=_share(not one.deadline or one.decided <= one.deadline for one in decided),
        first_time_right=_share(not one.waits for one in decided),
    )


def working_time(one: CaseRecord, free: Container[date]) -> DecisionTime:
    """How long the commune had the ball until it decided."""
    waits = _united([*one.waits, *one.rested], one.decided)
    days = count_working_days(one.opened.date(), one.decided.date(), free)
    days -= sum(count_working_days(asked.date(), answered.date(), free) for asked, answered in waits)
    if days > 0:
        return DecisionTime(days)
    waited = sum((answered - asked for asked, answered in waits), timedelta())
    return DecisionTime(0, max(0, int((one.decided - one.opened - waited).total_seconds() // 60)))


def _united(times: list[Time], end: datetime) -> list[tuple[datetime, datetime]]:
    """The times up to ``end``; what overlaps counts once."""
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
