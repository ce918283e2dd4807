"""Words that are spelled similarly: singular and plural, typing errors. Pure."""

from collections.abc import Iterable

MIN_WORD_LENGTH = 4  # letters; shorter words are too similar to each other
# Endings of plural and singular, by language.
ENDINGS = {
    "fr": [("eaux", "eau"), ("eux", "eu"), ("oux", "ou"), ("aux", "al"), ("s", ""), ("er", "e")],
    "en": [("ies", "y"), ("s", "")],
    "it": [("i", "o"), ("i", "e"), ("e", "a")],
    "de": [("en", "e"), ("en", ""), ("er", ""), ("e", "")],
}


def singular_and_plural(word: str, language: str) -> list[str]:
    """Return a folded word followed by its singular or plural: “cartes”, “carte”. By rules, without a dictionary.

    In French also by the infinitive of a verb or the verb: “déménage”, “déménager”.
    """
    if len(word) < MIN_WORD_LENGTH or not word.isalpha():
        return [word]
    endings = ENDINGS.get(language, [])
    single = [word.removesuffix(many) + one for many, one in endings if word.endswith(many)]
    many = [word.removesuffix(one) + many for many, one in endings if word.endswith(one)]
    return list(dict.fromkeys([word, *(single or many)]))


def nearest_word(word: str, known: Iterable[str]) -> str:
    """Return the known word with the fewest differences, within ``allowed_typos``; "" if there is none.

    The first of equally similar words is returned: callers order ``known`` by frequency.
    """
    best, least = "", allowed_typos(word) + 1
    letters = set(word)
    for one in known:
        if abs(len(one) - len(word)) >= least or len(letters.symmetric_difference(one)) > 2 * (least - 1):
            continue
        distance = edit_distance(word, one, least - 1)
        if distance < least:
            best, least = one, distance
    return best


def allowed_typos(word: str) -> int:
    """Return how many letters of a word may be wrong: none in short words."""
    return 0 if len(word) < MIN_WORD_LENGTH else 1 if len(word) < 7 else 2


def edit_distance(one: str, other: str, most: int) -> int:
    """Return the number of wrong, missing, extra or swapped letters; ``most`` + 1 if there are more."""
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
