"""What words of a query stand for: themselves in both numbers, and what editors say means the same. Pure."""

from itertools import islice, product

from . import fuzzy_matching

Words = tuple[str, ...]
Term = list[Words]  # the ways to say one thing, as typed first
Terms = list[Term]
MAX_TERMS, MAX_READINGS_PER_TERM = 16, 4  # ways to say one thing, and one term of its group


def expand_terms(words: list[str], language: str, groups: list[list[Words]]) -> Terms:
    """The terms of a query. Several words that editors know as one (“carte de parking”) are one term."""
    terms, rest = [], words
    while rest:
        said, group = _known(rest, language, groups)
        terms.append(_ways(said, language, group))
        rest = rest[len(said) :]
    return terms


def _known(words: list[str], language: str, groups: list[list[Words]]) -> tuple[Words, list[Words]]:
    """The longest term that the words begin with, and all groups that have it as one; else the first word alone."""
    longest, others = 1, []
    for group in groups:
        length = max((len(term) for term in group if _begin(words, term, language)), default=0)
        if length > longest:
            longest, others = length, []
        if length == longest:
            others += group
    return tuple(words[:longest]), others


def _begin(words: list[str], term: Words, language: str) -> bool:
    return len(words) >= len(term) and all(map(_same, words, term, [language] * len(term)))


def _same(one: str, other: str, language: str) -> bool:
    return one == other or other in fuzzy_matching.singular_and_plural(one, language)


def _ways(said: Words, language: str, group: list[Words]) -> Term:
    """As it was said, then in the other number and in the other words."""
    ways = [said]
    for term in [said, *group]:
        ways += islice(
            product(*(fuzzy_matching.singular_and_plural(word, language) for word in term)),
            MAX_READINGS_PER_TERM,
        )
    return list(dict.fromkeys(ways))[:MAX_TERMS]
