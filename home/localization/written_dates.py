"""Dates as people write them: “1.2.1980”, “01/02/80”, “2 février 1980”, “2. Feb. 1980”, “1980-02-01”, “02021980”."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import chain

from django.conf import settings
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import override

from home.text.highlighting import fold_text

LONGEST = 60  # characters of a date in words
YEARS_AHEAD = 10  # of two digits: “36” is 2036 in 2026, “37” is 1937
SHORTEST_WORD = 3  # letters of an abbreviated month
# What stands around the numbers: articles, and the endings of ordinal numbers.
ALLOWED_WORDS = {"le", "du", "der", "den", "am", "il", "the", "of", "de", "er", "st", "nd", "rd", "th", "o"}
CENTURIES = {"19", "20"}
WITHOUT_SEPARATORS = re.compile(r"[0-9]{8}|[0-9]{6}")


def parse_written_date(text: str, today: date, newest_year: int | None = None) -> date | None:
    """Parse a date with day, month and year; None if it is not one.

    Numbers are in the order of the country, day before month, unless the year comes first. ``newest_year``: the latest
    year that two digits can mean, by default ``YEARS_AHEAD`` after ``today``.
    """
    newest_year = newest_year or today.year + YEARS_AHEAD
    for day, month, year in _readings(text):
        if (full := full_year(year, newest_year)) and (found := _valid_date(full, month, day)):
            return found
    return None


def full_year(digits: str, newest_year: int) -> int | None:
    """Return the year that two or four digits mean; None for any other number of digits."""
    if not re.fullmatch("[0-9]{2}|[0-9]{4}", digits):
        return None
    return int(digits) if len(digits) > 2 else newest_year - (newest_year - int(digits)) % 100


def parse_month(text: str) -> int | None:
    """Return the month of a number, or of a name that may be cut, in any language of the site."""
    written = _plain(text).strip(" .")
    if re.fullmatch("[0-9]{1,2}", written):
        return int(written)
    found = {number for name, number in _month_names() if name.startswith(written)}
    return found.pop() if len(written) >= SHORTEST_WORD and len(found) == 1 else None


def parse_day_of_month(text: str) -> int | None:
    """Return the number of a day that may be ordinal: “1.”, “1er”, “1st”."""
    found = re.fullmatch(r"([0-9]{1,2})\s*(?:\.|er|st|nd|rd|th|o)?", _plain(text))
    return int(found[1]) if found else None


def _readings(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield what the text may mean, as day, month and the digits of the year, the likeliest first."""
    if len(text) > LONGEST:
        return
    written = _plain(text)
    if WITHOUT_SEPARATORS.fullmatch(written):
        yield from _compact_readings(written)
        return
    words = [part for part in re.findall(r"[0-9]+|[a-z]+", written) if part not in ALLOWED_WORDS]
    yield from _ordered_readings([part for part in words if not _is_weekday(part)])
    yield from _ordered_readings(words)  # “mar” is Tuesday and March


def _compact_readings(written: str) -> Iterator[tuple[int, int, str]]:
    """Yield the readings of a date without separators: with eight digits, those in a century of people alive."""
    if len(written) == len("020280") or written[4:6] in CENTURIES:
        yield int(written[:2]), int(written[2:4]), written[4:]
    if len(written) == len("19800202") and written[:2] in CENTURIES:
        yield int(written[6:]), int(written[4:6]), written[:4]


def _ordered_readings(parts: list[str]) -> Iterator[tuple[int, int, str]]:
    if len(parts) != 3:
        return
    if not parts[0].isdigit():
        month, day, year = parts
    else:
        day, month, year = reversed(parts) if len(parts[0]) == len("2026") else parts
    number = parse_month(month)
    if number and day.isdigit() and len(day) <= 2 and year.isdigit():
        yield int(day), number, year


def _valid_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _is_weekday(part: str) -> bool:
    return len(part) > 1 and part.isalpha() and any(name.startswith(part) for name in _weekday_names())


def _plain(text: str) -> str:
    return fold_text(text).replace("°", "o").strip()


@cache
def _month_names() -> list[tuple[str, int]]:
    return [*chain.from_iterable(_names_in(language, MONTHS) for language, _name in settings.LANGUAGES)]


@cache
def _weekday_names() -> list[str]:
    return [name for language, _name in settings.LANGUAGES for name, _number in _names_in(language, WEEKDAYS)]


def _names_in(language: str, names: dict[int, str]) -> list[tuple[str, int]]:
    with override(language):
        return [(_plain(str(name)), number) for number, name in names.items()]
