"""Expansion of query words to their singular, plural and synonyms. Pure."""

from itertools import islice, product

from . import fuzzy_matching

Words = tuple[str, ...]
Term = list[Words]  # the variants of an expression, as typed first
Terms = list[Term]
MAX_TERMS, MAX_READINGS_PER_TERM = 32, 6  # variants of an expression, and of one term of its group


def expand_terms(words: list[str], language: str, groups: list[list[Words]]) -> Terms:
    """Return the terms of a query. Several words that are one term of a group (“carte de parking”) are one term."""
    terms, rest = [], words
    while rest:
        words_of_term, group = _longest_known_term(rest, language, groups)
        terms.append(_variants(words_of_term, language, group))
        rest = rest[len(words_of_term) :]
    return terms


def _longest_known_term(
    words: list[str], language: str, groups: list[list[Words]]
) -> tuple[Words, list[Words]]:
    """Return the longest known term that the words begin with and its synonyms; else the first word alone."""
    longest = 1
    others: list[Words] = []
    for group in groups:
        length = max((len(term) for term in group if _begin(words, term, language)), default=0)
        if length > longest:
            longest, others = length, []
        if length == longest:
            others += group
    return tuple(words[:longest]), others


def _begin(words: list[str], term: Words, language: str) -> bool:
    return len(words) >= len(term) and all(map(_is_same_word, words, term, [language] * len(term)))


def _is_same_word(one: str, other: str, language: str) -> bool:
    return one == other or other in fuzzy_matching.singular_and_plural(one, language)


def _variants(words: Words, language: str, group: list[Words]) -> Term:
    """Return the variants of a term: as typed, then singular or plural, then synonyms."""
    variants = [words]
    for term in [words, *group]:
        variants += islice(
            product(*(fuzzy_matching.singular_and_plural(word, language) for word in term)),
            MAX_READINGS_PER_TERM,
        )
    return list(dict.fromkeys(variants))[:MAX_TERMS]
