"""Mentions in notes, such as “@Nadia Favre”. Pure."""

import re
from collections.abc import Iterable
from typing import Any

from ..search.terms import fold_text

MENTION = re.compile(r"(?:^|(?<=[\s(]))@(?=\w)")


def find_mentions(text: str, people: Iterable[Any]) -> tuple[list[Any], list[str]]:
    """Return the users of ``people`` mentioned in ``text``, and the words after @ that match none or several.

    Full names match first, the longest first; else a first name or the local part of an e-mail address, if only one
    person has it.
    """
    known, named, unknown = _names(people), [], []
    for place in MENTION.finditer(text):
        rest = fold_text(text[place.end() : place.end() + 200])
        hits = next((users for name, users in known if _begins(rest, name)), [])
        if len(hits) == 1:
            named += [one for one in hits if one not in named]
        else:
            unknown += re.findall(r"^[\w.-]+", text[place.end() :])
    return named, unknown


def _names(people: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """Return each name with the users who have it, the longest name first."""
    names: dict[str, list[Any]] = {}
    for user in people:
        for name in {str(user), user.first_name, user.email.partition("@")[0]}:
            if name:
                names.setdefault(fold_text(name), []).append(user)
    return sorted(names.items(), key=lambda item: -len(item[0]))


def _begins(text: str, name: str) -> bool:
    """Return whether ``text`` begins with ``name`` as whole words."""
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()
