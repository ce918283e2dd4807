"""Dates in the active language: the first of a month is “1er” in French and “1°” in Italian."""

import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext, gettext_noop

# Date patterns that catalogues translate, in Django's letters: “l j F” gives “Donnerstag, 24. Dezember” in German.
WRITTEN_OUT_PATTERNS = {
    # Translators: a weekday and the day of the month, in the date format of Django
    gettext_noop("l j"),
    # Translators: a day without its year, in the date format of Django
    gettext_noop("j F"),
    # Translators: a day with its weekday, in the date format of Django
    gettext_noop("l j F"),
    # Translators: a day with its year, in the date format of Django
    gettext_noop("j F Y"),
    # Translators: a day with weekday and year, in the date format of Django
    gettext_noop("l j F Y"),
}
FIRST = {"fr": r"j\e\r", "it": "j°"}  # Django's ordinals (“S”) are English in every language
DAY = re.compile(r"(?<![\\\w])j(?![\w./-])")  # a day in words: not that of “j.m.Y”, nor an escaped letter


def date_format(value: date, pattern: str = "DATE_FORMAT") -> str:
    """Format ``value`` by a pattern of Django or its name, as ``django.utils.formats.date_format`` does.

    A day in words is written as in the active language. “j” alone is a numeral, as in a calendar, and stays one.
    """
    pattern = gettext(pattern) if pattern in WRITTEN_OUT_PATTERNS else get_format(pattern)
    if value.day == 1 and pattern != "j" and (first := FIRST.get((get_language() or "")[:2])):
        pattern = DAY.sub(lambda _found: first, pattern)
    return formatted(value, pattern)


def end_of_day(day: date) -> datetime:
    """Return when a day ends in the commune. ``date.max`` means “for ever” and has no next day."""
    if day == date.max:
        return timezone.make_aware(datetime.combine(day, time.max))
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
