"""Comparison of personal names, whatever their case, accents, order or spelling. Pure."""

import re
import unicodedata

LETTERS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
NOT_A_LETTER = re.compile(r"[\W_]+")


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name in a plain form: “D’Élia-Müller” becomes d, elia, muller.

    Accents, case, hyphens and apostrophes are removed.
    """
    parts = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    plain = "".join(one for one in parts if not unicodedata.combining(one))
    return tuple(word for word in NOT_A_LETTER.split(plain) if word)


def is_same_name(declared: str, given_names: str, family_name: str) -> bool:
    """Return whether a person with these names can be called ``declared``, in any order.

    It must have the whole family name and at least one given name, and no other word.
    """
    said, given, family = (
        set(name_words(declared)),
        set(name_words(given_names)),
        set(name_words(family_name)),
    )
    return family <= said <= family | given and bool(said & given)
