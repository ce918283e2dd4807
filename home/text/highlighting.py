"""Highlighting and excerpts of search results. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

WORD = re.compile(r"\w+")
BLANKS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces before French punctuation
LENGTH = 180
SENTENCE = 40
APART = {"œ": "oe", "æ": "ae", "’": " ", "'": " ", "\x00": " "}


def fold_text(text: str) -> str:
    """Return a text in lower case, without accents, ligatures and apostrophes: “École” becomes “ecole”."""
    letters = text.casefold()
    if letters.isascii() and letters.isalnum():  # as most words are
        return letters
    for sign, apart in APART.items():
        letters = letters.replace(sign, apart)
    if letters.isascii():
        return letters
    letters = unicodedata.normalize("NFKD", letters)
    for accent in filter(unicodedata.combining, set(letters)):  # there are few of them, even in a long text
        letters = letters.replace(accent, "")
    return letters


def query_words(query: str) -> list[str]:
    """Return the folded words of a query in order, without short ones (“le”, “à”) unless there are no others."""
    words = list(dict.fromkeys(WORD.findall(fold_text(query))))
    return [word for word in words if len(word) > 2] or words


def words_by_length(query: str) -> list[str]:
    """Return the words of a query, longest first."""
    return sorted(query_words(query), key=lambda word: (-len(word), word))


@dataclass(frozen=True)
class TextMatch:
    """A word of a text that matches the query."""

    start: int
    end: int


def find_matches(text: str, words: list[str]) -> list[TextMatch]:
    """Return the words of ``text`` that begin like one of the folded ``words``: “amarrage” matches “amarrages”."""
    stems = _stems(tuple(words))
    folded = fold_text(text)
    if not any(stem in folded for stem in stems):  # saves the word-by-word comparison for most lines
        return []
    return [
        TextMatch(match.start(), match.end())
        for match in WORD.finditer(text)
        if _folded(match[0]).startswith(stems)
    ]


@lru_cache  # the same for every line of a query's results
def _stems(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        word[:-1] if len(word) > 4 and word.endswith(("s", "x", "e", "n")) else word for word in words
    )


_folded = lru_cache(10_000)(fold_text)  # the same words occur again and again


def highlight_matches(text: str, words: list[str]) -> SafeString:
    """Escape ``text`` and put the matches in ``<mark>``."""
    parts, last = [], 0
    for found in find_matches(text, words):
        parts += [conditional_escape(text[last : found.start])]
        parts += [format_html("<mark>{}</mark>", text[found.start : found.end])]
        last = found.end
    return mark_safe("".join([*parts, conditional_escape(text[last:])]))


def best_passage(text: str, words: list[str]) -> str:
    """Return the first line of ``text`` with a match, preferably of ``SENTENCE`` characters; "" without a match."""
    name = ""
    for line in text.splitlines():
        if find_matches(line, words):
            if len(line) >= SENTENCE:
                return line
            name = name or line
    return name


def matching_excerpt(text: str, words: list[str], length: int = LENGTH) -> str:
    """Return the part of ``text`` around the first match, cut between words; the beginning without a match."""
    text = BLANKS.sub(" ", text).strip()
    if len(text) <= length:
        return text
    found = find_matches(text, words)
    start = max(0, found[0].start - length // 3) if found else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    start += len(text[start:]) - len(
        text[start:].lstrip(" :;,.–")
    )  # without a punctuation mark of what is cut off
    if start + length >= len(text):
        return f"… {text[start:]}" if start else text[start:]
    end = text.rfind(" ", start, start + length)
    end = end if end > start else start + length
    return f"{'… ' if start else ''}{text[start:end]} …"
