"""Normalization of streets and house numbers, so that only real differences remain. Pure.

Abbreviations are those of Swiss, French, Belgian, German and Italian letters; articles stay, because a commune may
have a Chemin du Bois and a Chemin des Bois.
"""

import re
from itertools import takewhile

from eservices.accounts.person_names import name_words

KINDS = {
    "all": "allee",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "boul": "boulevard",
    "bvd": "boulevard",
    "ch": "chemin",
    "che": "chemin",
    "chem": "chemin",
    "chm": "chemin",
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
ITALIAN = re.compile(r"\b([pv])\.(?=(?:za|le)\b)", re.IGNORECASE)  # P.za, V.le
GERMAN = re.compile(r"(?<=\w)str$")  # Bahnhofstr.
UMLAUT = re.compile(r"(?<=[aou])e")  # Muehlegasse
# A number with what is written before and after it: “n° 12 bis”, “Nr. 12a”, “12-14”.
_WORD = r"(?:n[°º]|no\.?|nr\.?|num[ée]ro|#)\s*"
_SUFFIX = r"(?:\s*(?:bis|ter|quater|quinquies)|\s*[a-z])"
_NUMBER = rf"(?:{_WORD})?(?P<number>\d{{1,5}}(?:\s*[-/–]\s*\d{{1,5}})?{_SUFFIX}?)"
LAST = re.compile(rf"(?P<street>.*\D)[\s,.]\s*{_NUMBER}", re.IGNORECASE | re.DOTALL)
FIRST = re.compile(rf"{_NUMBER}\s*[\s,;]\s*(?P<street>\D.*)", re.IGNORECASE | re.DOTALL)
FIRST_BARE = re.compile(
    rf"(?:{_WORD})?(?P<number>\d{{1,5}})\s*[\s,;]\s*(?P<street>\D.*)", re.IGNORECASE | re.DOTALL
)
TRAILING_WORD = re.compile(r"[\s,]+(?:n[°º]|no|nr|num[ée]ro|#)\.?$", re.IGNORECASE)
LONE_LETTER = re.compile(r"\s([a-z])$", re.IGNORECASE)


def normalize_street(text: str) -> tuple[str, ...]:
    """Return the words of a street, abbreviations written out: “R. du Lac” and “rue du lac” are equal."""
    words = name_words(ITALIAN.sub(r"\1", text))
    return tuple(GERMAN.sub("strasse", KINDS.get(word, word)) for word in words)


def street_key(text: str) -> str:
    """Return a street as one word: “Bahnhof Strasse” and “Bahnhofstr.” are equal."""
    return "".join(normalize_street(text))


def without_umlauts(key: str) -> str:
    """Return a street's key with the e of written-out umlauts left out: “Mühle” and “Muehle” are equal."""
    return UMLAUT.sub("", key)


def normalize_house_number(number: str) -> str:
    """Normalize a house number: “12 bis”, “12bis” and “n° 12BIS” are equal; “12/14” becomes 12-14."""
    joined = "-".join(name_words(re.sub(rf"^\s*{_WORD}", "", number, flags=re.IGNORECASE)))
    return re.sub(r"-(?!\d)|(?<!\d)-", "", joined)


def leading_number(key: str) -> int:
    """Return the number at the beginning of a normalized house number, 0 if there is none."""
    digits = "".join(takewhile(str.isdecimal, key))[:18]  # as many as a database holds
    return int(digits or 0)


def split_street_line(text: str) -> tuple[str, str]:
    """Return street and number of a line, the number last or first; "" if there is none.

    A letter alone after a number that comes first may begin the street: “3 r du Lac” is a number and a rue.
    """
    text = " ".join(text.split()).strip(" ,;")
    if found := FIRST.fullmatch(text):
        letter = LONE_LETTER.search(found["number"])
        if letter and letter[1].lower() in KINDS:
            found = FIRST_BARE.fullmatch(text) or found
    else:
        found = LAST.fullmatch(text)
    if not found:
        return text, ""
    return TRAILING_WORD.sub("", found["street"]).strip(" ,;"), found["number"].strip()
