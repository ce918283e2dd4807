"""Names of people as they are compared: typed here, printed there, spelled otherwise in a third place. Pure."""

import re
import unicodedata

LETTERS = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
NOT_A_LETTER = re.compile(r"[\W_]+")


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name, without accents, case, hyphens and apostrophes: “D’Élia-Müller” is d, elia, muller."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    plain = "".join(one for one in parts if not unicodedata.combining(one))
    return tuple(word for word in NOT_A_LETTER.split(plain) if word)


def is_same_name(declared: str, given_names: str, family_name: str) -> bool:
    """Whether somebody with all these names may call themselves ``declared``, in whatever order.

    The whole family name and one of the given names must be there, and nothing that is neither.
    """
    said, given, family = (
        set(name_words(declared)),
        set(name_words(given_names)),
        set(name_words(family_name)),
    )
    return family <= said <= family | given and bool(said & given)
