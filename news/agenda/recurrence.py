"""Days and times of recurring events. Pure.

Times are local: an event that begins at 19:00 does so in winter and in summer.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import count, islice, takewhile
from zoneinfo import ZoneInfo

MAX_OCCURRENCES = 400  # dates: nearly eight years of a weekly event
LAST_DAY = date(9900, 12, 31)  # calendars end in 9999


class Frequency(StrEnum):
    """The frequency of a recurring event. Its first day determines the weekday or the day of the month."""

    ONCE = ""
    WEEK = "week"
    OTHER_WEEK = "two_weeks"
    MONTH_DAY = "month_day"  # on the same day of the month; months without that day are skipped
    MONTH_WEEKDAY = "month_weekday"  # on the second Tuesday; on the last one if it begins in a fifth week
    MONTH_LAST = "month_last"  # on the last Friday, even if that is the fourth


@dataclass(frozen=True)
class RecurrenceRule:
    """A recurrence and its end: a day, a number of dates, or the earlier of both."""

    every: Frequency = Frequency.ONCE
    until: date | None = None
    times: int | None = None
    without: frozenset[date] = field(default_factory=frozenset)  # they count but do not take place


def recurrence_days(first: date, rule: RecurrenceRule) -> list[date]:
    """Return the days on which it takes place, at most ``MAX_OCCURRENCES``."""
    if rule.every == Frequency.ONCE:
        return [first]
    until = min(rule.until or LAST_DAY, LAST_DAY)
    coming = takewhile(lambda day: day <= until, _endless(first, rule.every))
    return [
        day
        for day in islice(coming, min(rule.times or MAX_OCCURRENCES, MAX_OCCURRENCES))
        if day not in rule.without
    ]


def occurrences(
    start: datetime, end: datetime | None, rule: RecurrenceRule, zone: ZoneInfo
) -> list[tuple[datetime, datetime | None]]:
    """Return start and end of each date, at the same local times before and after a change to summer time."""
    begins, ends = start.astimezone(zone), end.astimezone(zone) if end else None
    if rule.every == Frequency.ONCE:
        return [(start, end)]
    nights = (ends.date() - begins.date()).days if ends else 0
    found = []
    for day in recurrence_days(begins.date(), rule):
        opens = _on_the_wall(day, begins, zone)
        closes = _on_the_wall(day + timedelta(days=nights), ends, zone) if ends else None
        # A start that the change to summer time skips moves later. The end is then never before it.
        found.append((opens, max(closes, opens) if closes else None))
    return found


def week_of_month(day: date) -> int:
    """Return the position of the day among its weekdays in the month: 1 to 5."""
    return (day.day - 1) // 7 + 1


def is_last_weekday_of_month(day: date) -> bool:
    """Return whether the day is the last of its weekday in its month."""
    return day.day + 7 > monthrange(day.year, day.month)[1]


def _endless(first: date, every: Frequency) -> Iterator[date]:
    if every in (Frequency.WEEK, Frequency.OTHER_WEEK):
        step = timedelta(weeks=1 if every == Frequency.WEEK else 2)
        return (first + step * number for number in count())
    week = 5 if every == Frequency.MONTH_LAST else week_of_month(first)
    months = (
        (first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1)
        for n in range(12 * MAX_OCCURRENCES)
    )
    by_day = every == Frequency.MONTH_DAY
    found = (
        _day_in(first, *month) if by_day else _weekday_in(first.weekday(), week, *month) for month in months
    )
    return (day for day in found if day is not None)


def _day_in(first: date, year: int, month: int) -> date | None:
    return date(year, month, first.day) if first.day <= monthrange(year, month)[1] else None


def _weekday_in(weekday: int, week: int, year: int, month: int) -> date:
    weekday_of_first, length = monthrange(year, month)
    day = (weekday - weekday_of_first) % 7 + 1 + 7 * (week - 1)
    return date(year, month, day if day <= length else day - 7)


def _on_the_wall(day: date, hour: datetime, zone: ZoneInfo) -> datetime:
    """Return that local time of a day as a time that exists: skipped by summer time, it is an hour later."""
    wall = datetime.combine(day, hour.time().replace(fold=0), zone)
    return wall.astimezone(UTC).astimezone(zone)
