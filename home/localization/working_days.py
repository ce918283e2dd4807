"""Working days, with the public holidays of the country or canton. Pure."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5


@lru_cache(maxsize=8)
def public_holidays(country: str, subdivision: str) -> Container[date]:
    """Return the public holidays of a place. Years are added when they are accessed."""
    return holidays.country_holidays(country, subdiv=subdivision or None)


@dataclass(frozen=True)
class DaysOff:
    """Public holidays and closures. A closure is its first and last day, both included."""

    holidays: Container[date]
    closings: tuple[tuple[date, date], ...] = ()

    def __contains__(self, day: date) -> bool:
        return day in self.holidays or any(first <= day <= last for first, last in self.closings)


def is_working_day(day: date, free: Container[date]) -> bool:
    return day.weekday() < SATURDAY and day not in free


def add_working_days(day: date, days: int, free: Container[date]) -> date:
    """Return the ``days``-th working day after ``day``, or before it if ``days`` is negative."""
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += step
        left -= is_working_day(day, free)
    return day


def count_working_days(start: date, end: date, free: Container[date]) -> int:
    """Return the number of working days after ``start`` up to ``end``, included; negative if ``end`` is earlier."""
    if end < start:
        return -count_working_days(end, start, free)
    return sum(is_working_day(start + timedelta(days=n), free) for n in range(1, (end - start).days + 1))
