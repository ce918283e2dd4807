"""Length of a text as each channel counts it, and shortening to a limit. Pure."""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable

import regex
from django.utils.translation import gettext_lazy

LINK = regex.compile(r"https?://\S*[\w/]")  # without a comma that follows
HOST = regex.compile(r"(?<![\w/])(?:[\w-]+\.)+\p{L}{2,}(?:/\S*[\w/]|/)?")  # X makes a link of it, too
LINK_LENGTH = 23  # the length that Mastodon and X count for any link
PICTOGRAM = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
# Ranges of characters that X counts as one; all others count as two (twitter-text, configuration 3).
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
MORE = "…"
NOT_WANTED = gettext_lazy("The reader has not asked for news of the topics that the page has now.")


def count_characters(text: str) -> int:
    """Count Unicode code points."""
    return len(text)


def count_graphemes(text: str) -> int:
    """Count graphemes, and 23 for a link, as Mastodon does."""
    short = LINK.sub("x" * LINK_LENGTH, text)
    return len(regex.findall(r"\X", short))


def count_weighted(text: str) -> int:
    """Count as X does: 23 for a link, two for an emoji or a letter of most non-Latin scripts.

    Text that X may or may not recognise as a link counts as the longer of both.
    """
    short = LINK.sub("x" * LINK_LENGTH, unicodedata.normalize("NFC", text))
    short = HOST.sub(lambda found: found[0].ljust(LINK_LENGTH, "x"), short)
    return sum(_weight(one) for one in regex.findall(r"\X", short))


def fit_text(title: str, lead: str, link: str, limit: int, measure: Callable[[str], int]) -> str:
    """Join title, lead and link, one below the other.

    If that is too long, the lead is cut at a word, then the title.
    """
    cut = _longest(lead, lambda one: measure(join_lines(title, one, link)) <= limit)
    if cut is not None:
        return join_lines(title, cut, link)
    cut = _longest(title, lambda one: measure(join_lines(one, "", link)) <= limit)
    return join_lines(cut or "", "", link)


def join_lines(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def single_line(text: str) -> str:
    """Return the text without control characters and line breaks."""
    return " ".join("".join(c if c.isprintable() or c == "\u202f" else " " for c in text).split(" ")).strip()


def _weight(grapheme: str) -> int:
    if PICTOGRAM.search(grapheme):
        return 2
    return sum(1 if any(low <= ord(c) <= high for low, high in LIGHT) else 2 for c in grapheme)


def _longest(text: str, fits: Callable[[str], bool]) -> str | None:
    """Return the text, or as many of its words as fit, or "". Return None if not even "" fits."""
    if fits(text):
        return text
    words = text.split(" ")
    fitting = bisect_left(range(1, len(words)), True, key=lambda number: not fits(_first(words, number)))
    if fitting:
        return _first(words, fitting)
    return "" if fits("") else None


def _first(words: list[str], number: int) -> str:
    return " ".join(words[:number]).rstrip(",;:.–- ") + MORE
