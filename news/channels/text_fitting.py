"""How long a text is to whom, and how it is made to fit. Pure."""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable

import regex
from django.utils.translation import gettext_lazy

LINK = regex.compile(r"https?://\S*[\w/]")  # what follows as a comma is none of it
HOST = regex.compile(r"(?<![\w/])(?:[\w-]+\.)+\p{L}{2,}(?:/\S*[\w/]|/)?")  # X makes a link of it too
LINK_LENGTH = 23  # what Mastodon and X take a link for, however long
PICTOGRAM = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
# What X counts as one; everything else as two (twitter-text, configuration 3).
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
MORE = "…"
NOT_WANTED = gettext_lazy("The reader has not asked for news of the topics that the page has now.")


def count_characters(text: str) -> int:
    """Characters as Unicode counts them."""
    return len(text)


def count_graphemes(text: str) -> int:
    """Characters as people count them, a link for 23: as Mastodon does."""
    short = LINK.sub("x" * LINK_LENGTH, text)
    return len(regex.findall(r"\X", short))


def count_weighted(text: str) -> int:
    """As X does: a link for 23, an emoji for two, as a letter of most scripts that are not Latin.

    What only may be a link counts as the longer of both.
    """
    short = LINK.sub("x" * LINK_LENGTH, unicodedata.normalize("NFC", text))
    short = HOST.sub(lambda found: found[0].ljust(LINK_LENGTH, "x"), short)
    return sum(_weight(one) for one in regex.findall(r"\X", short))


def fit_text(title: str, lead: str, link: str, limit: int, measure: Callable[[str], int]) -> str:
    """Title, lead and link, one below the other, the lead and then the title cut at a word where it is too long."""
    cut = _longest(lead, lambda one: measure(join_lines(title, one, link)) <= limit)
    if cut is not None:
        return join_lines(title, cut, link)
    cut = _longest(title, lambda one: measure(join_lines(one, "", link)) <= limit)
    return join_lines(cut or "", "", link)


def join_lines(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def single_line(text: str) -> str:
    """Without control characters and line breaks."""
    return " ".join("".join(c if c.isprintable() or c == "\u202f" else " " for c in text).split(" ")).strip()


def _weight(grapheme: str) -> int:
    if PICTOGRAM.search(grapheme):
        return 2
    return sum(1 if any(low <= ord(c) <= high for low, high in LIGHT) else 2 for c in grapheme)


def _longest(text: str, fits: Callable[[str], bool]) -> str | None:
    """The text, or as many of its words as fit; None where it does not fit to leave it out either."""
    if fits(text):
        return text
    words = text.split(" ")
    fitting = bisect_left(range(1, len(words)), True, key=lambda number: not fits(_first(words, number)))
    if fitting:
        return _first(words, fitting)
    return "" if fits("") else None


def _first(words: list[str], number: int) -> str:
    return " ".join(words[:number]).rstrip(",;:.–- ") + MORE
