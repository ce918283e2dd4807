"""Normalization of streets and house numbers, so that only real differences remain. Pure.

Abbreviations are those of Swiss, French, Belgian, German and Italian letters; articles stay, because a commune may
have a Chemin du Bois and a Chemin des Bois.
"""

import re

from eservices.accounts.person_names import name_words

from .persons import RegisterAddress

KINDS = {
    "all": "allee",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "boul": "boulevard",
    "bvd": "boulevard",
    "ch": "chemin",
    "che": "chemin",
    "fg": "faubourg",
    "fbg": "faubourg",
    "gr": "grand",
    "imp": "impasse",
    "mte": "montee",
    "p": "piazza",
    "pass": "passage",
    "pl": "place",
    "prom": "promenade",
    "pza": "piazza",
    "q": "quai",
    "r": "rue",
    "rle": "ruelle",
    "rte": "route",
    "sent": "sentier",
    "sq": "square",
    "st": "saint",
    "ste": "sainte",
    "str": "strasse",
    "v": "via",
    "vle": "viale",
}
GERMAN = re.compile(r"(?<=\w)str$")  # Bahnhofstr.
HOUSE = re.compile(r"^(?P<street>.*\D)\s+(?P<number>\d+\s*(?:bis|ter|quater|[a-z])?)$", re.IGNORECASE)


def normalize_street(text: str) -> tuple[str, ...]:
    """Return the words of a street, abbreviations written out: “R. du Lac” and “rue du lac” are equal."""
    return tuple(GERMAN.sub("strasse", KINDS.get(word, word)) for word in name_words(text))


def normalize_house_number(number: str) -> str:
    """Normalize a house number: “12 bis”, “12bis” and “12BIS” are equal."""
    return "".join(name_words(number))


def normalize_address(address: RegisterAddress) -> tuple[tuple[str, ...], str, str | tuple[str, ...]]:
    """Return a key that is equal for all spellings of an address.

    The number may follow the street in one field. A postcode is preferred to the name of a town, which has many
    spellings.
    """
    name, number = address.street, address.number
    if not number and (found := HOUSE.match(name.strip())):
        name, number = found["street"], found["number"]
    postcode = re.sub(r"\D", "", address.postcode)
    return normalize_street(name), normalize_house_number(number), postcode or name_words(address.town)
