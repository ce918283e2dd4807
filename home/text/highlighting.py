"""Words found in a text: folded, cut to what matters and marked. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

WORD = re.compile(r"\w+")
BLANKS = re.compile(r"[ \t\r\n]+")  # not those that hold French marks to their word
LENGTH = 180
SENTENCE = 40
APART = {"œ": "oe", "æ": "ae", "’": " ", "'": " ", "\x00": " "}


def fold_text(text: str) -> str:
    """Small letters without accents, ligatures opened, apostrophes as spaces: “École” is “ecole”."""
    letters = text.casefold()
    if letters.isascii() and letters.isalnum():  # a word as most are
        return letters
    for sign, apart in APART.items():
        letters = letters.replace(sign, apart)
    if letters.isascii():
        return letters
    letters = unicodedata.normalize("NFKD", letters)
    for accent in filter(unicodedata.combining, set(letters)):  # few, where letters are many
        letters = letters.replace(accent, "")
    return letters


def query_words(query: str) -> list[str]:
    """The folded words of a query as they follow each other; small ones (“le”, “à”) only where there is no other."""
    words = list(dict.fromkeys(WORD.findall(fold_text(query))))
    return [word for word in words if len(word) > 2] or words


def words_by_length(query: str) -> list[str]:
    """The same, the longest first."""
    return sorted(query_words(query), key=lambda word: (-len(word), word))


@dataclass(frozen=True)
class TextMatch:
    """A stretch of a text that one of the words stands in."""

    start: int
    end: int


def find_matches(text: str, words: list[str]) -> list[TextMatch]:
    """Where a word of ``text`` begins like one of ``words`` (folded): “amarrage” finds “amarrages”."""
    stems = _stems(tuple(words))
    folded = fold_text(text)
    if not any(stem in folded for stem in stems):  # a long text has few lines to look at word by word
        return []
    return [
        TextMatch(match.start(), match.end())
        for match in WORD.finditer(text)
        if _folded(match[0]).startswith(stems)
    ]


@lru_cache  # of one query, for every line that is looked at
def _stems(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        word[:-1] if len(word) > 4 and word.endswith(("s", "x", "e", "n")) else word for word in words
    )


_folded = lru_cache(10_000)(fold_text)  # the words of a commune come again and again


def highlight_matches(text: str, words: list[str]) -> SafeString:
    """``text``, escaped, with what was found in ``<mark>``."""
    parts, last = [], 0
    for found in find_matches(text, words):
        parts += [conditional_escape(text[last : found.start])]
        parts += [format_html("<mark>{}</mark>", text[found.start : found.end])]
        last = found.end
    return mark_safe("".join([*parts, conditional_escape(text[last:])]))


def best_passage(text: str, words: list[str]) -> str:
    """The line of ``text`` that the words stand in: rather a sentence than a mere name."""
    name = ""
    for line in text.splitlines():
        if find_matches(line, words):
            if len(line) >= SENTENCE:
                return line
            name = name or line
    return name


def matching_excerpt(text: str, words: list[str], length: int = LENGTH) -> str:
    """The part of ``text`` around the first find, cut between words; its beginning where nothing is found."""
    text = BLANKS.sub(" ", text).strip()
    if len(text) <= length:
        return text
    found = find_matches(text, words)
    start = max(0, found[0].start - length // 3) if found else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    start += len(text[start:]) - len(text[start:].lstrip(" :;,.–"))  # not a mark that belongs to what is cut
    if start + length >= len(text):
        return f"… {text[start:]}" if start else text[start:]
    end = text.rfind(" ", start, start + length)
    end = end if end > start else start + length
    return f"{'… ' if start else ''}{text[start:end]} …"
