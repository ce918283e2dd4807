"""Words that are spelled nearly the same: other numbers of a word, and what somebody meant to type. Pure."""

from collections.abc import Iterable

MIN_WORD_LENGTH = 4  # letters; shorter words are as near to each other as they are short
# How many ends, and how one does, by language.
ENDINGS = {
    "fr": [("eaux", "eau"), ("eux", "eu"), ("oux", "ou"), ("aux", "al"), ("s", "")],
    "en": [("ies", "y"), ("s", "")],
    "it": [("i", "o"), ("i", "e"), ("e", "a")],
    "de": [("en", "e"), ("en", ""), ("er", ""), ("e", "")],
}


def singular_and_plural(word: str, language: str) -> list[str]:
    """A folded word in its other number too, itself first: “cartes”, “carte”. Rules, no dictionary."""
    if len(word) < MIN_WORD_LENGTH or not word.isalpha():
        return [word]
    endings = ENDINGS.get(language, [])
    single = [word.removesuffix(many) + one for many, one in endings if word.endswith(many)]
    many = [word.removesuffix(one) + many for many, one in endings if word.endswith(one)]
    return list(dict.fromkeys([word, *(single or many)]))


def nearest_word(word: str, known: Iterable[str]) -> str:
    """The known word that differs least, by as many slips as its length forgives; nothing where none is near.

    Between words that are as near the first one counts: whoever calls orders them by how often they stand.
    """
    best, least = "", allowed_typos(word) + 1
    letters = set(word)
    for one in known:
        if abs(len(one) - len(word)) >= least or len(letters.symmetric_difference(one)) > 2 * (least - 1):
            continue
        apart = edit_distance(word, one, least - 1)
        if apart < least:
            best, least = one, apart
    return best


def allowed_typos(word: str) -> int:
    """How many letters may be wrong in a word: none in short ones."""
    return 0 if len(word) < MIN_WORD_LENGTH else 1 if len(word) < 7 else 2


def edit_distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour; ``most`` + 1 if more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, their in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != their))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == their:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
