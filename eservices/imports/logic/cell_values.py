"""Values of cells as people write them, brought to one form. Pure."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from home.extensions.import_kinds import DAY, HOUR, MOMENT, NUMBER, YES_NO, TargetField

DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4}|[0-9]{2})")
WRITTEN_HOUR = re.compile(r"([0-9]{1,2})(?:\s*[:.h]\s*([0-9]{2})|\s*h)?(?::[0-9]{2})?(?:\s*uhr)?", re.I)
GROUPED = re.compile(r"(?<=[0-9])['’\u00a0\u202f ](?=[0-9]{3})")
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?")
YES = {"1", "x", "yes", "oui", "ja", "sì", "si", "true", "vrai", "wahr", "vero", "o", "j", "y"}
NO = {"", "0", "no", "non", "nein", "false", "faux", "falsch", "falso", "n", "-"}
CENTURY = 100
SHORT_YEAR_PIVOT = 70  # a year of two digits from here on is of the last century


class CellRefused(Exception):
    """A cell does not hold what its field takes. The text says why."""


def read_cell(field: TargetField, text: str) -> str:
    """Return the value of a cell in the form that ``TargetField.type`` describes. Raise ``CellRefused``."""
    text = text.strip()
    if field.type == YES_NO:
        return _yes_or_no(text)
    if not text:
        return ""
    if field.choices is not None:
        return _choice(field.choices, text)
    read = {NUMBER: _number, DAY: _day, MOMENT: _moment, HOUR: _hour}.get(field.type)
    if read:
        return read(text)
    if field.max_length and len(text) > field.max_length:
        raise CellRefused(
            _("%(length)s characters, and at most %(most)s are possible")
            % {"length": len(text), "most": field.max_length}
        )
    return text


def _yes_or_no(text: str) -> str:
    word = text.casefold()
    if word not in YES | NO:
        raise CellRefused(_("“%(text)s” is neither yes nor no") % {"text": text[:60]})
    return "1" if word in YES else "0"


def _choice(choices: Mapping[str, str], text: str) -> str:
    words = {word.casefold(): value for word, value in choices.items()}
    if (value := words.get(text.casefold())) is None:
        names = ", ".join(list(choices)[:12])
        raise CellRefused(_("“%(text)s” is none of: %(names)s") % {"text": text[:60], "names": names})
    return str(value)


def _number(text: str) -> str:
    plain = GROUPED.sub("", text).replace(",", ".")
    if not PLAIN_NUMBER.fullmatch(plain):
        raise CellRefused(_("“%(text)s” is no number") % {"text": text[:60]})
    return plain.removeprefix("+")


def _day(text: str) -> str:
    return _read_day(text, text).isoformat()


def _read_day(text: str, shown: str) -> date:
    """Return a date in ISO 8601, or with the day first as in Switzerland."""
    try:
        if found := DAY_FIRST.fullmatch(text):
            day, month, year = (int(one) for one in found.groups())
            if year < CENTURY:
                year += 1900 if year >= SHORT_YEAR_PIVOT else 2000
            return date(year, month, day)
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
    except ValueError:
        raise CellRefused(
            _("“%(text)s” is no date. Write it like this: 01.03.2027") % {"text": shown[:60]}
        ) from None


def _moment(text: str) -> str:
    """Return a date with its time; midnight if there is only a date."""
    day, _gap, hour = text.replace("T", " ").partition(" ")
    return f"{_read_day(day, text).isoformat()}T{_hour(hour.strip()) if hour.strip() else '00:00'}"


def _hour(text: str) -> str:
    found = WRITTEN_HOUR.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise CellRefused(_("“%(text)s” is no time. Write it like this: 18:30") % {"text": text[:60]})
    return f"{hour:02}:{minute:02}"
