"""Deadlines in working days, with the public holidays of the country or canton. Pure."""

from collections.abc import Container
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

END_OF_DAY = time(17)
SATURDAY = 5


@lru_cache(maxsize=8)
def public_holidays(country: str, subdivision: str) -> Container[date]:
    """The days off of a place; years are added as they are asked for."""
    return holidays.country_holidays(country, subdiv=subdivision or None)


def is_working_day(day: date, free: Container[date]) -> bool:
    return day.weekday() < SATURDAY and day not in free


def after(start: datetime, days: int, free: Container[date]) -> datetime:
    """The end of the ``days``-th working day after ``start``, in the time zone of ``start``."""
    day = start.date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day, free)
    return datetime.combine(day, END_OF_DAY, start.tzinfo)


def working_days(start: date, end: date, free: Container[date]) -> int:
    """How many working days come after ``start``, up to and with ``end``. Negative backwards."""
    if end < start:
        return -working_days(end, start, free)
    return sum(is_working_day(start + timedelta(days=n), free) for n in range(1, (end - start).days + 1))


def extended(deadline: datetime, paused: datetime, resumed: datetime, free: Container[date]) -> datetime:
    """``deadline`` put off by the working days that lay between ``paused`` and ``resumed``."""
    lost = working_days(paused.date(), resumed.date(), free)
    return after(deadline, lost, free) if lost else deadline
