"""Time of the demo: dates relative to the day of the build, and a clock that is set back to play the past."""

import re
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from django.utils import timezone
from django.utils.translation import override

from home.localization.dates import date_format

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAY = re.compile(r"([+-]\d+)d|(mon|tue|wed|thu|fri|sat|sun)([+-]\d+)w")
SLOT = re.compile(r"\{(year(?:\+1)?|" + DAY.pattern + r")(?::(\w+))?\}")
LONG = {"fr": "l j F", "de": "l, j. F", "en": "l j F", "it": "l j F"}
SHORT = {"fr": "j F", "de": "j. F", "en": "j F", "it": "j F"}


@contextmanager
def clock_at(moment: datetime):
    """Run the block with Django's clock set to ``moment``."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    with patch.object(timezone, "datetime", Stopped):
        yield


def local_moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return the time in the commune's time zone."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def parse_day(words: str, today: date) -> date:
    """Parse a relative day.

    ``-12d``: twelve days before today. ``thu+2w``: the third Thursday after today. ``sat-1w``: the latest Saturday,
    today included.
    """
    days, weekday, weeks = DAY.fullmatch(words.strip()).groups()
    if days:
        return today + timedelta(days=int(days))
    ahead = (WEEKDAYS.index(weekday) - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead, weeks=int(weeks))


def parse_moment(words: str, today: date) -> datetime:
    """Parse a relative time such as ``thu+0w 20:00``."""
    when, clock = words.split()
    return local_moment(parse_day(when, today), *map(int, clock.split(":")))


def fill_dates(text: str, today: date, language: str) -> str:
    """Replace ``{thu+2w}``, ``{sun+1w:long}`` and ``{year+1}`` in a text."""

    def words(found: re.Match) -> str:
        if found[1].startswith("year"):
            return str(today.year + found[1].endswith("+1"))
        with override(language):
            return date_format(parse_day(found[1], today), (LONG if found[5] else SHORT)[language])

    return SLOT.sub(words, text)
