"""Punctuation in the active language: French has a non-breaking space before the colon."""

from django.utils.functional import Promise
from django.utils.translation import pgettext


def with_colon(label: str | Promise) -> str:
    """Return a label followed by a colon, unless it ends with a punctuation mark already."""
    label = str(label)
    label = str(label)
    return label + (" " if label.endswith(("?", "!", ":", ".")) else colon_mark())


def colon_mark() -> str:
    """Return a colon with the spaces around it."""
    return pgettext("before an explanation", ": ")


def labelled(label: str | Promise, words: object) -> str:
    """Return “Label: words”."""
    return f"{with_colon(label)}{words}"
