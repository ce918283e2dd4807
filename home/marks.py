"""Marks between words, as the language at hand sets them: French has a space before the colon that never breaks."""

from django.utils.translation import pgettext


def before(label) -> str:
    """A label with what parts it from its explanation: a colon, unless it ends with a mark of its own."""
    label = str(label)
    return label + (" " if label.endswith(("?", "!", ":", ".")) else colon())


def colon() -> str:
    """A colon with the spaces around it."""
    return pgettext("before an explanation", ": ")


def explained(label, words) -> str:
    """“Label: words”."""
    return f"{before(label)}{words}"
