"""Opening hours, as rules only: no database, no request; the moment is passed in."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(days=1)
NIGHT_ENDS = time(9)  # what closes at an earlier hour than it opens, closes in the night that follows
LOOK_AHEAD = 28  # days: a longer closing is announced by itself, not by "opens on"


@dataclass(frozen=True, order=True)
class OpeningSpan:
    """Open on a weekday (Monday is 0) from an hour to another, which is on the next day where it is the earlier one."""

    day: int
    opens: time
    closes: time


@dataclass(frozen=True, order=True)
class ExceptionalHours:
    """The same on one day, whatever its weekday, holidays and closings say."""

    day: date
    opens: time
    closes: time


@dataclass(frozen=True)
class OpeningDeviation:
    """From a day to another, both included, it opens otherwise than the weekdays say; without spans not at all."""

    first: date
    last: date
    spans: tuple[ExceptionalHours, ...] = ()


@dataclass(frozen=True)
class OpeningState:
    """How things stand: open until when, and the next time it opens after that."""

    open: bool = False
    until: time | None = None
    next: datetime | None = None


@dataclass(frozen=True)
class TimetableRow:
    """Days that share the same hours."""

    days: tuple[int, ...]
    spans: tuple[OpeningSpan, ...]


def are_valid_hours(opens: time, closes: time) -> bool:
    """Whether these hours go together: on one day, until midnight, or into the night."""
    return opens < closes or closes < min(opens, NIGHT_ENDS)


def hours_on(
    day: date, span: OpeningSpan | ExceptionalHours, zone: tzinfo | None = None
) -> tuple[datetime, datetime]:
    """When what opens on a day opens and closes."""
    last = day if span.opens < span.closes else day + ONE_DAY
    return datetime.combine(day, span.opens, zone), datetime.combine(last, span.closes, zone)


def opening_state(
    spans: Iterable[OpeningSpan],
    now: datetime,
    closed: Iterable[date] = (),
    others: Iterable[ExceptionalHours] = (),
) -> OpeningState:
    """What holds at ``now`` (aware, in the commune's zone) when ``closed`` are days it stays shut.

    What opened the evening before may be open still.
    """
    days = (now.date() + timedelta(days=ahead) for ahead in range(-1, LOOK_AHEAD))
    spans, closed, others = sorted(spans), set(closed), sorted(others)
    times = [hours_on(day, span, now.tzinfo) for day in days for span in spans_on(day, spans, closed, others)]
    current = next((closes for opens, closes in times if opens <= now < closes), None)
    following = next((opens for opens, _closes in times if opens > now), None)
    return OpeningState(open=current is not None, until=current.time() if current else None, next=following)


def spans_on(
    day: date, spans: Iterable[OpeningSpan], closed: Container[date], others: Iterable[ExceptionalHours]
) -> list[OpeningSpan] | list[ExceptionalHours]:
    """From when to when it is open on a day."""
    own = [one for one in others if one.day == day]
    if own or day in closed:
        return own
    return [span for span in spans if span.day == day.weekday()]


def upcoming_deviations(
    spans: Iterable[OpeningSpan], today: date, closed: Container[date], others: Iterable[ExceptionalHours]
) -> list[OpeningDeviation]:
    """What of the time ahead is otherwise than in other weeks; days shut in a row are one."""
    spans, others = sorted(spans), sorted(others)
    found: list[OpeningDeviation] = []
    for day in (today + timedelta(days=ahead) for ahead in range(LOOK_AHEAD)):
        usual = [span for span in spans if span.day == day.weekday()]
        held = spans_on(day, spans, closed, others)
        goes_on = bool(found) and not held and not found[-1].spans and day - found[-1].last == ONE_DAY
        if goes_on and day in closed:  # a Sunday between two days shut too
            found[-1] = OpeningDeviation(found[-1].first, day)
        elif not _same_hours(held, usual):
            found.append(OpeningDeviation(day, day, tuple(held)))
    return found


def _same_hours(held, usual) -> bool:
    return [(one.opens, one.closes) for one in held] == [(one.opens, one.closes) for one in usual]


def weekly_timetable(spans: Iterable[OpeningSpan]) -> list[TimetableRow]:
    """The week as a table: days with the same hours in one row, in the order of their first day."""
    by_day: dict[int, list[OpeningSpan]] = {}
    for span in sorted(spans):
        by_day.setdefault(span.day, []).append(span)
    rows: dict[tuple, list[int]] = {}
    for day, day_spans in by_day.items():
        rows.setdefault(tuple((span.opens, span.closes) for span in day_spans), []).append(day)
    return [TimetableRow(tuple(days), tuple(by_day[days[0]])) for days in rows.values()]
