"""Areas that follow from an address: zone, district, waste collection, school. Pure.

They are columns of the table of streets, one for each kind of area, as the commune names them. A cell holds for the
whole street, or by numbers: ``North | 1-29: South | 31- odd: East``. The last part that fits counts.
"""

import re

from eservices.accounts.person_names import name_words

PARTS = ("street", "number", "extra", "postcode", "town")  # of an answer, as they are typed
SURE = "sure"  # beside them: what the applicant chose after an error
# Columns of the table of streets that are not areas.
OWN_COLUMNS = frozenset({"esid", "postcode", "town", "commune", "former", "now"})
SIDES = {
    **dict.fromkeys(("odd", "impair", "impairs", "ungerade", "dispari"), 1),
    **dict.fromkeys(("even", "pair", "pairs", "gerade", "pari"), 0),
}
RANGE = re.compile(rf"(?:(\d*)\s*[-–]\s*(\d*)|(\d+))?\s*({'|'.join(SIDES)})?", re.IGNORECASE)
MAX_KEY_LENGTH = 60


def areas_of(columns: dict[str, str], number: str) -> dict[str, str]:
    """Return the areas of a house, by the key of their column."""
    found = {area_key(name): area_at(cell, number) for name, cell in columns.items() if is_area(name)}
    return {key: area for key, area in found.items() if key and area}


def is_area(column: str) -> bool:
    return column not in OWN_COLUMNS and area_key(column) not in {"", "egid", "ewid", SURE, *PARTS}


def area_key(column: str) -> str:
    """Return the name by which formulas refer to a column: “École enfantine” becomes ecole_enfantine."""
    return "_".join(name_words(column))[:MAX_KEY_LENGTH]


def area_at(cell: str, number: str) -> str:
    """Return the area of a house in a cell, which holds for the whole street or by numbers."""
    found = ""
    for part in str(cell).split("|"):
        numbers, mark, area = part.partition(":")
        given = RANGE.fullmatch(numbers.strip()) if mark else None
        if given is None or not numbers.strip():
            found = part.strip()
        elif _lies(number, *given.groups()):
            found = area.strip()
    return found


def _lies(number: str, first: str | None, last: str | None, one: str | None, side: str | None) -> bool:
    digits = re.match(r"\d+", number)
    if not digits:
        return False
    place = int(digits[0])
    if one:
        first = last = one
    return (
        place >= int(first or 0)
        and (not last or place <= int(last))
        and (not side or place % 2 == SIDES[side.lower()])
    )
