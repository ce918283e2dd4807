"""A month as weeks of days. Pure."""

import re
from calendar import Calendar
from dataclasses import dataclass
from datetime import date, timedelta

FIRST, LAST = 1990, 2100


@dataclass(frozen=True)
class Day:
    date: date
    within: bool
    entries: list


def parse(text: str, today: date) -> date:
    """The first of the month that an address names as 2026-11; of this month where it names none."""
    named = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text, re.ASCII)
    if named and FIRST <= int(named[1]) <= LAST:
        return date(int(named[1]), int(named[2]), 1)
    return today.replace(day=1)


def after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def weeks(first: date, entries: dict[date, list]) -> list[list[Day]]:
    """The weeks of a month from Monday on, with what happens on each of its days."""
    days = Calendar().monthdatescalendar(first.year, first.month)
    return [[Day(day, day.month == first.month, entries.get(day, [])) for day in week] for week in days]
