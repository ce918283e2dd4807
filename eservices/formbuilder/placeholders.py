"""``{name}`` in the texts that editors write, filled with answers and other facts as plain text. Pure."""

import re
from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NAME = re.compile(r"[A-Za-z0-9_-]+")


def keys(text: str) -> list[str]:
    """The placeholders in ``text``, in order."""
    return PLACEHOLDER.findall(text)


def unreplaced(text: str) -> list[str]:
    """Find placeholders in a text in which nothing is replaced: its reader would see the braces."""
    return [key for key in keys(text) if NAME.fullmatch(key)]


def fill(text: str, values: Mapping[str, str], missing: str | None = None) -> str:
    """``text`` with each placeholder replaced, once: braces inside an answer stay as they are.

    One without a value is ``missing``; ``KeyError`` where that is None.
    """
    if missing is None:
        return PLACEHOLDER.sub(lambda found: values[found[1]], text)
    return PLACEHOLDER.sub(lambda found: values.get(found[1]) or missing, text)


def faults(text: str, asked: Collection[str] | None, given: Collection[str]) -> list[str]:
    """What is wrong with ``text``; ``asked`` are the questions known, None where they cannot be known.

    ``given`` is what may be used beside them.
    """
    found = []
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        found.append(_("A brace has no partner: write {name of the field}."))
    for key in keys(text):
        known = asked is None or key in asked or key in given
        if not known or not NAME.fullmatch(key):
            found.append(unknown(key, given))
    return found


def not_replaced(key: str) -> str:
    return _("“{%(key)s}” is not replaced here: write the words themselves.") % {"key": key}


def unknown(key: str, given: Collection[str]) -> str:
    return _("No service asks “%(key)s”. Beside its questions you may use: %(given)s.") % {
        "key": key,
        "given": ", ".join(given),
    }
