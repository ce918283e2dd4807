"""Marks between words, as the language at hand sets them: French has a space before the colon that never breaks."""

from django.utils.translation import pgettext


def with_colon(label) -> str:
    """A label with what parts it from its explanation: a colon, unless it ends with a mark of its own."""
    label = str(label)
    return label + (" " if label.endswith(("?", "!", ":", ".")) else colon_mark())


def colon_mark() -> str:
    """A colon with the spaces around it."""
    return pgettext("before an explanation", ": ")


def labelled(label, words) -> str:
    """“Label: words”."""
    return f"{with_colon(label)}{words}"
