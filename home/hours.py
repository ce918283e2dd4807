"""Opening hours, as rules only: no database, no request; the moment is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LOOK_AHEAD = 28  # days: a longer closing is announced by itself, not by "opens on"


@dataclass(frozen=True, order=True)
class Span:
    """Open on a weekday (Monday is 0) from an hour to another."""

    day: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Opening:
    """How things stand: open until when, and the next time it opens after that."""

    open: bool = False
    until: time | None = None
    next: datetime | None = None


@dataclass(frozen=True)
class Row:
    """Days that share the same hours."""

    days: tuple[int, ...]
    spans: tuple[Span, ...]


def opening(spans: Iterable[Span], now: datetime, closed: Iterable[date] = ()) -> Opening:
    """What holds at ``now`` (aware, in the commune's zone) when ``closed`` are days it stays shut."""
    spans, closed = sorted(spans), set(closed)
    starts = [
        (datetime.combine(day, span.opens, now.tzinfo), span)
        for day in (now.date() + timedelta(days=ahead) for ahead in range(LOOK_AHEAD))
        for span in spans
        if span.day == day.weekday() and day not in closed
    ]
    current = next((span for start, span in starts if start <= now and _lasts(start, span, now)), None)
    following = next((start for start, _ in starts if start > now), None)
    return Opening(open=current is not None, until=current.closes if current else None, next=following)


def timetable(spans: Iterable[Span]) -> list[Row]:
    """The week as a table: days with the same hours in one row, in the order of their first day."""
    by_day: dict[int, list[Span]] = {}
    for span in sorted(spans):
        by_day.setdefault(span.day, []).append(span)
    rows: dict[tuple, list[int]] = {}
    for day, day_spans in by_day.items():
        rows.setdefault(tuple((span.opens, span.closes) for span in day_spans), []).append(day)
    return [Row(tuple(days), tuple(by_day[days[0]])) for days in rows.values()]


def _lasts(start: datetime, span: Span, now: datetime) -> bool:
    return start.date() == now.date() and now.time() < span.closes
