"""Transformations of single values on their way to another system. Pure."""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

# Formats of dates and numbers as texts, by the key that mappings contain.
DATE_FORMATS = {
    "iso": ("2027-03-01", "%Y-%m-%d"),
    "dots": ("01.03.2027", "%d.%m.%Y"),
    "slashes": ("01/03/2027", "%d/%m/%Y"),
    "compact": ("20270301", "%Y%m%d"),
    "short": ("010327", "%d%m%y"),
}
NUMBER_FORMATS = {
    "point": "1234.50",
    "comma": "1234,50",
    "cents": "123450",
}
# Places of a part after splitting, by the key that mappings contain; ALL keeps the whole text.
ALL, FIRST, SECOND, THIRD, LAST, AFTER_FIRST = "", "first", "second", "third", "last", "after_first"
PICKS = {
    FIRST: _("the first part"),
    SECOND: _("the second part"),
    THIRD: _("the third part"),
    LAST: _("the last part"),
    AFTER_FIRST: _("all after the first part"),
}
# Letters that Unicode does not decompose into a letter and an accent.
LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "SS",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "ı": "i",
    }
)
# Bounded: residents type it, and "1e999999999" would be a text of a billion digits.
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?")
CENT = Decimal("0.01")
MARKS = re.compile("[\u0300-\u036f]")  # accents on Latin, Greek and Cyrillic letters


def without_accents(text: str) -> str:
    """Return the text with plain letters. Scripts without accents stay as they are."""
    return unicodedata.normalize("NFC", MARKS.sub("", unicodedata.normalize("NFD", text.translate(LETTERS))))


def pick_part(text: str, separator: str, pick: str) -> str:
    """Return a part of the text after splitting it at ``separator``, a space if empty; "" if there is none."""
    if pick == ALL:
        return text
    parts = text.split(separator) if separator.strip() else text.split()
    parts = [part.strip() for part in parts]
    if pick == AFTER_FIRST:
        return f"{separator.strip() or ' '}".join(parts[1:]).strip()
    place = {FIRST: 0, SECOND: 1, THIRD: 2, LAST: -1}[pick]
    return parts[place] if -1 <= place < len(parts) and parts else ""


def format_day(day: date, name: str) -> str:
    """Return a date, or the date of a moment, in a format of ``DATE_FORMATS``; ISO if there is no such format.

    Not by strftime alone: years before 1000 have no leading zeros there.
    """
    _sample, pattern = DATE_FORMATS.get(name, DATE_FORMATS["iso"])
    year = f"{day.year:04}"
    return day.strftime(pattern.replace("%Y", year).replace("%y", year[2:]))


def format_number(number: Decimal, name: str) -> str:
    """Return a number in a format of ``NUMBER_FORMATS``; as it is if there is no such format.

    Halves of a cent are rounded up, as people do.
    """
    if name not in NUMBER_FORMATS:
        return f"{number.normalize():f}"
    rounded = number.quantize(CENT, rounding=ROUND_HALF_UP)
    match name:
        case "comma":
            return f"{rounded:.2f}".replace(".", ",")
        case "cents":
            return f"{rounded * 100:.0f}"
    return f"{rounded:.2f}"


def read_number(value: object) -> Decimal | None:
    """Return the number that a stored value holds; None if it holds none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    text = str(value).strip()
    return Decimal(text) if NUMBER.fullmatch(text) else None


def read_day(value: object) -> date | None:
    """Return the date that a stored value holds; None if it holds none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).date()
    except ValueError:
        return None


def read_moment(value: object) -> datetime | None:
    """Return the moment that a stored value holds; None if it holds none."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
