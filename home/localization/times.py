"""Template filters for dates and times. Template builtins: templates do not load them."""

import datetime as dt

from django.template import defaultfilters
from django.utils import timezone
from django.utils.translation import gettext as _

from .dates import date_format


def localized_date(value: dt.date | None, pattern: str = "DATE_FORMAT") -> str:
    """Format a date as Django's ``date`` filter does, with the first of a month as in the active language."""
    if not value:
        return ""
    return date_format(value, pattern) if hasattr(value, "day") else defaultfilters.date(value, pattern)


def iso_to_the_second(value: dt.datetime | None) -> str:
    """Return the time in ISO 8601, to the second: HTML allows at most milliseconds."""
    return value.isoformat(timespec="seconds") if value else ""


def format_time(value: dt.time | dt.datetime | None) -> str:
    """Format a time in the active language: “8 h 30” in French, “8.30” in German, “8:30” in English."""
    # Translators: an hour of the day on the full hour; {hour} is a number, as in “8:00”.
    full = _("{hour}:00")
    # Translators: an hour of the day with minutes, as in “8:30”.
    part = _("{hour}:{minute}")
    return _hour(value, full, part)


def format_short_datetime(value: dt.datetime | None) -> str:
    """Format a short date and time for lists: “26.11.2026, 8 h 30”. "" for None."""
    return f"{date_format(value, 'j.m.Y')}, {format_time(value)}" if value else ""


def format_closing_time(value: dt.time | None) -> str:
    """Format a closing time. Midnight is the end of the day, “24 h”."""
    return format_time(value).replace("0", "24", 1) if value == dt.time() else format_time(value)


def _hour(value: dt.time | dt.datetime | None, full: str, part: str) -> str:
    if value is None:
        return ""
    moment = timezone.localtime(value) if isinstance(value, dt.datetime) else value
    text = part if moment.minute else full
    return text.format(hour=moment.hour, minute=f"{moment.minute:02}")
