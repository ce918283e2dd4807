"""A month as weeks of days. Pure."""

import re
from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True)
class CalendarDay:
    date: date
    within: bool
    entries: list


def parse_month(text: str, today: date) -> date:
    """Return the first day of a month given as 2026-11; of the current month if the text is invalid."""
    named = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text, re.ASCII)
    if named and FIRST_YEAR <= int(named[1]) <= LAST_YEAR:
        return date(int(named[1]), int(named[2]), 1)
    return today.replace(day=1)


def next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def previous_month(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def month_weeks(first: date, entries: dict[date, list]) -> list[list[CalendarDay]]:
    """Return the weeks of a month from Monday on, with the entries of each day."""
    days = Calendar().monthdatescalendar(first.year, first.month)
    return [
        [CalendarDay(day, day.month == first.month, entries.get(day, [])) for day in week] for week in days
    ]
