"""``{name}`` in the texts of a document, filled with answers as plain text. Pure."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# What every document may say beside the answers.
GIVEN = {
    "applicant": gettext_lazy("name of the applicant"),
    "reference": gettext_lazy("reference of the case"),
    "number": gettext_lazy("number of the document"),
    "date": gettext_lazy("day of issue"),
    "sent": gettext_lazy("day the request was sent"),
    "commune": gettext_lazy("name of the commune"),
}


def keys(text: str) -> list[str]:
    """The placeholders in ``text``, in order."""
    return PLACEHOLDER.findall(text)


def fill(text: str, values: dict[str, str]) -> str:
    """``text`` with each placeholder replaced, once: braces inside an answer stay as they are."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)


def faults(text: str, asked: set[str] | None) -> list[str]:
    """What is wrong with ``text``; ``asked`` are the questions known, None where they cannot be known."""
    found = []
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        found.append(_("A brace has no partner: write {name of the field}."))
    for key in keys(text):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", key) or (
            asked is not None and key not in asked | GIVEN.keys()
        ):
            found.append(unknown(key))
    return found


def unknown(key: str) -> str:
    given = ", ".join(GIVEN)
    return _("No service asks “%(key)s”. Beside its questions you may use: %(given)s.") % {
        "key": key,
        "given": given,
    }
