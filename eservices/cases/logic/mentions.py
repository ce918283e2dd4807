"""“@Nadia Favre” in a note. Pure."""

import re
from collections.abc import Iterable

from ..search.terms import fold_text

MENTION = re.compile(r"(?:^|(?<=[\s(]))@(?=\w)")


def find_mentions(text: str, people: Iterable) -> tuple[list, list[str]]:
    """Who of ``people`` (users) is named in ``text``, and the words after an @ that name nobody, or several.

    By the whole name, the longest first; else by a first name or the local part of an address that only one bears.
    """
    known, named, unknown = _names(people), [], []
    for place in MENTION.finditer(text):
        rest = fold_text(text[place.end() : place.end() + 200])
        hits = next((users for name, users in known if _begins(rest, name)), [])
        if len(hits) == 1:
            named += [one for one in hits if one not in named]
        else:
            unknown.append(re.match(r"[\w.-]+", text[place.end() :])[0])
    return named, unknown


def _names(people: Iterable) -> list[tuple[str, list]]:
    """What each can be called by → who is called so, the longest name first."""
    names: dict[str, list] = {}
    for user in people:
        for name in {str(user), user.first_name, user.email.partition("@")[0]}:
            if name:
                names.setdefault(fold_text(name), []).append(user)
    return sorted(names.items(), key=lambda item: -len(item[0]))


def _begins(text: str, name: str) -> bool:
    """Whether ``text`` begins with ``name`` as whole words."""
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()
