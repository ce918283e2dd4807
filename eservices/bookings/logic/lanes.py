"""Lanes of a day's schedule: simultaneous bookings are in different lanes. Pure.

Widths are counted in steps of five minutes, so that a plain table can show them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from .availability import TimeSpan

STEP = timedelta(minutes=5)
HOUR = timedelta(hours=1)
USUAL = (8, 18)  # hours shown if nothing is open and nothing booked


class HasSpan(Protocol):
    span: TimeSpan


@dataclass(frozen=True)
class LanePart:
    """A part of a lane: taken by ``bar``, or free; ``open`` if it can be booked."""

    width: int
    bar: HasSpan | None = None
    open: bool = False


@dataclass(frozen=True)
class HourHeading:
    """The heading of a column."""

    at: datetime
    width: int


def shown_hours(day: TimeSpan, spans: Iterable[TimeSpan], zone: ZoneInfo) -> TimeSpan:
    """Return the whole hours of a day that contain all of ``spans``; ``USUAL`` if there are none."""
    within = [
        TimeSpan(max(one.start, day.start), min(one.end, day.end)) for one in spans if one.overlaps(day)
    ]
    if not within:
        first, last = (day.start + hour * HOUR for hour in USUAL)
        return TimeSpan(first, last)
    start = min(one.start for one in within)
    end = max(one.end for one in within)
    return TimeSpan(_floor_to_hour(start, zone), min(_floor_to_hour(end + HOUR - STEP, zone), day.end))


def hour_headings(shown: TimeSpan, zone: ZoneInfo) -> list[HourHeading]:
    """Return the hour headings; the width of each is its part of ``shown``."""
    found, at = [], shown.start
    while at < shown.end:
        found.append(HourHeading(at.astimezone(zone), count_steps(TimeSpan(at, min(at + HOUR, shown.end)))))
        at += HOUR
    return found


def assign_lanes(bars: Sequence[HasSpan]) -> list[list[HasSpan]]:
    """Distribute bars over lanes without overlaps; one empty lane if there are no bars."""
    found: list[list[HasSpan]] = []
    for bar in sorted(bars, key=lambda one: one.span):
        lane = next((one for one in found if one[-1].span.end <= bar.span.start), None)
        if lane is None:
            found.append([bar])
        else:
            lane.append(bar)
    return found or [[]]


def lane_parts(lane: Iterable[HasSpan], windows: Sequence[TimeSpan], shown: TimeSpan) -> list[LanePart]:
    """Divide a lane into taken, open and closed parts."""
    found: list[LanePart] = []
    at = shown.start
    for bar in lane:
        start, end = (
            _floor_to_step(max(bar.span.start, at), shown),
            _floor_to_step(min(bar.span.end, shown.end), shown),
        )
        end = max(end, start + STEP)
        found += _free(TimeSpan(at, start), windows, shown)
        found.append(LanePart(count_steps(TimeSpan(start, end)), bar))
        at = end
    return [*found, *_free(TimeSpan(at, shown.end), windows, shown)]


def _free(gap: TimeSpan, windows: Sequence[TimeSpan], shown: TimeSpan) -> Iterator[LanePart]:
    """Yield the parts of a free stretch, divided where a window begins or ends."""
    edges = {gap.start, gap.end}
    edges |= {_floor_to_step(at, shown) for one in windows for at in (one.start, one.end)}
    inside = sorted(at for at in edges if gap.start <= at <= gap.end)
    for start, end in pairwise(inside):
        yield LanePart(
            count_steps(TimeSpan(start, end)),
            open=any(one.start < end and start < one.end for one in windows),
        )


def count_steps(span: TimeSpan) -> int:
    return span.length // STEP


def _floor_to_step(at: datetime, shown: TimeSpan) -> datetime:
    """Round down to a step."""
    return at - (at - shown.start) % STEP


def _floor_to_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """Round down to the full hour of local time."""
    local = at.astimezone(zone)
    return at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
