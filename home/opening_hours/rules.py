"""Rules of opening hours. Pure: no database, no request, the time is a parameter."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(days=1)
NIGHT_ENDS = time(9)  # a closing time before this hour and before the opening time is on the following day
LOOK_AHEAD = 28  # days: a longer closure is announced by itself, not by "opens on"


@dataclass(frozen=True, order=True)
class OpeningSpan:
    """Opening hours on a weekday (Monday is 0). If ``closes`` is before ``opens``, it is on the next day."""

    day: int
    opens: time
    closes: time


@dataclass(frozen=True, order=True)
class ExceptionalHours:
    """Opening hours on one date, which replace those of the weekday, on holidays and during closures too."""

    day: date
    opens: time
    closes: time


type Hours = OpeningSpan | ExceptionalHours


@dataclass(frozen=True)
class OpeningDeviation:
    """Days, both included, with other hours than the usual ones. Closed if it has no spans."""

    first: date
    last: date
    spans: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class OpeningState:
    """Opening state at a time: open or closed, until when it is open, and the next opening."""

    open: bool = False
    until: time | None = None
    next: datetime | None = None


@dataclass(frozen=True)
class TimetableRow:
    """Days with the same hours."""

    days: tuple[int, ...]
    spans: tuple[OpeningSpan, ...]


def are_valid_hours(opens: time, closes: time) -> bool:
    """Return whether the hours are valid: on one day, until midnight, or into the night."""
    return opens < closes or closes < min(opens, NIGHT_ENDS)


def hours_on(
    day: date, span: OpeningSpan | ExceptionalHours, zone: tzinfo | None = None
) -> tuple[datetime, datetime]:
    """Return the opening and the closing time of a span on a day."""
    last = day if span.opens < span.closes else day + ONE_DAY
    return datetime.combine(day, span.opens, zone), datetime.combine(last, span.closes, zone)


def opening_state(
    spans: Iterable[OpeningSpan],
    now: datetime,
    closed: Iterable[date] = (),
    others: Iterable[ExceptionalHours] = (),
) -> OpeningState:
    """Return the state at ``now`` (aware, in the commune's time zone); ``closed``: the days without usual hours.

    It may still be open from the evening before.
    """
    days = (now.date() + timedelta(days=ahead) for ahead in range(-1, LOOK_AHEAD))
    spans, closed, others = sorted(spans), set(closed), sorted(others)
    until = None
    for opens, closes in (
        hours_on(day, span, now.tzinfo) for day in days for span in spans_on(day, spans, closed, others)
    ):
        if opens > now:  # those after it open later still
            return OpeningState(open=until is not None, until=until, next=opens)
        if until is None and now < closes:
            until = closes.time()
    return OpeningState(open=until is not None, until=until)


def spans_on(
    day: date, spans: Iterable[OpeningSpan], closed: Container[date], others: Iterable[ExceptionalHours]
) -> list[OpeningSpan] | list[ExceptionalHours]:
    """Return the opening hours of a day."""
    own = [one for one in others if one.day == day]
    if own or day in closed:
        return own
    return [span for span in spans if span.day == day.weekday()]


def upcoming_deviations(
    spans: Iterable[OpeningSpan], today: date, closed: Container[date], others: Iterable[ExceptionalHours]
) -> list[OpeningDeviation]:
    """Return the days ahead with other hours than usual; closed days in a row are one deviation."""
    spans, others = sorted(spans), sorted(others)
    found: list[OpeningDeviation] = []
    for day in (today + timedelta(days=ahead) for ahead in range(LOOK_AHEAD)):
        usual = [span for span in spans if span.day == day.weekday()]
        held = spans_on(day, spans, closed, others)
        goes_on = bool(found) and not held and not found[-1].spans and day - found[-1].last == ONE_DAY
        if goes_on and day in closed:  # a usually closed Sunday between two closed days belongs to them
            found[-1] = OpeningDeviation(found[-1].first, day)
        elif not _same_hours(held, usual):
            found.append(OpeningDeviation(day, day, tuple(held)))
    return found


def _same_hours(
    held: Iterable[OpeningSpan | ExceptionalHours], usual: Iterable[OpeningSpan | ExceptionalHours]
) -> bool:
    return [(one.opens, one.closes) for one in held] == [(one.opens, one.closes) for one in usual]


def weekly_timetable(spans: Iterable[OpeningSpan]) -> list[TimetableRow]:
    """Return the week as a table: days with the same hours in one row, in the order of their first day."""
    by_day: dict[int, list[OpeningSpan]] = {}
    for span in sorted(spans):
        by_day.setdefault(span.day, []).append(span)
    rows: dict[tuple[tuple[time, time], ...], list[int]] = {}
    for day, day_spans in by_day.items():
        rows.setdefault(tuple((span.opens, span.closes) for span in day_spans), []).append(day)
    return [TimetableRow(tuple(days), tuple(by_day[days[0]])) for days in rows.values()]
