"""Completion of streets and house numbers, in few bytes."""

from ..logic.address_spellings import normalize_house_number
from .streets import MOST_NUMBERS, Streets


def complete_street(streets: Streets, typed: str) -> list[list[str]]:
    """Return name, postcode and town of the streets that begin with what was typed."""
    return [[one.name, one.postcode, one.town] for one in streets.completions(typed)]


def complete_number(streets: Streets, street: str, postcode: str, typed: str) -> list[list[str]]:
    """Return the numbers of a street that begin with what was typed."""
    own = [one for one in streets.named(street) if one.active and not one.commune]
    chosen = [one for one in own if one.postcode == postcode] or own
    key = normalize_house_number(typed)
    found = [
        house.number
        for one in chosen[:1]
        for house in one.houses
        if house.active and house.key.startswith(key)
    ]
    return [[number] for number in found[:MOST_NUMBERS]]
