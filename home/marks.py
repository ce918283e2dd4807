"""Marks between words, as the language at hand sets them: French has a space before the colon that never breaks."""

from django.utils.translation import pgettext


def before(label) -> str:
    """A label with what parts it from its explanation: a colon, unless it ends with a mark of its own."""
    label = str(label)
    colon = pgettext("before an explanation", ": ")
    return label + (" " if label.endswith(("?", "!", ":", ".")) else colon)


def explained(label, words) -> str:
    """“Label: words”."""
    return f"{before(label)}{words}"
