"""Dates as the language at hand writes them: the first of a month is “1er” in French and “1°” in Italian."""

import re
from datetime import date

from django.utils.dateformat import format as formatted
from django.utils.formats import get_format
from django.utils.translation import get_language

FIRST = {"fr": r"j\e\r", "it": "j°"}  # Django's own ordinals (“S”) are English in every language
DAY = re.compile(r"(?<![\\\w])j(?![\w./-])")  # a day in words: not that of “j.m.Y”, nor an escaped letter


def date_format(value: date, pattern: str = "DATE_FORMAT") -> str:
    """``value`` by a pattern of Django's or the name of one, as ``django.utils.formats.date_format``.

    “j” alone is a numeral, as in a calendar, and stays one.
    """
    pattern = get_format(pattern)
    if value.day == 1 and pattern != "j" and (first := FIRST.get((get_language() or "")[:2])):
        pattern = DAY.sub(lambda _found: first, pattern)
    return formatted(value, pattern)
