"""The source of each answer: who typed it, or from where it was filled in. Pure.

Drafts and submissions store it in ``filled_by``, by question, for answers that nobody typed. An answer without an entry
was typed: by the agent who filed it for somebody else, otherwise by the applicant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eservices.formbuilder.logic.conditions import is_empty

type StoredSource = str | dict[str, str]  # the name of a program, or ``kind`` and ``name``


class SourceKind(models.TextChoices):
    """The kinds of sources. The first two are people who type, the others fill in."""

    APPLICANT = "applicant", gettext_lazy("typed by the applicant")
    AGENT = "agent", gettext_lazy("typed by an agent")
    ACCOUNT = "account", gettext_lazy("from the account of the applicant")
    REGISTER = "register", gettext_lazy("from the register")
    EARLIER = "earlier", gettext_lazy("from an earlier request")
    PROGRAM = "program", gettext_lazy("filled in by a program")
    SCAN = "scan", gettext_lazy("read from a scan")


TYPED = (SourceKind.APPLICANT, SourceKind.AGENT)


@dataclass(frozen=True)
class AnswerSource:
    """The source of an answer. ``name``: the agent, or the program; "" where the kind says all."""

    kind: SourceKind
    name: str = ""

    @property
    def is_typed(self) -> bool:
        return self.kind in TYPED

    @property
    def label(self) -> str:
        """The source in a few words, for staff."""
        named = {
            SourceKind.AGENT: _("typed by %(name)s"),
            SourceKind.PROGRAM: _("filled in by the program “%(name)s”"),
            SourceKind.SCAN: _("read from a scan by the program “%(name)s”"),
        }
        if self.name and self.kind in named:
            return named[self.kind] % {"name": self.name}
        return str(self.kind.label)

    def stored(self) -> StoredSource:
        """Return it as drafts and submissions store it."""
        return {"kind": self.kind.value} | ({"name": self.name} if self.name else {})


def read_source(stored: StoredSource) -> AnswerSource:
    """Return a stored source. A text alone is the name of a program, as drafts of before this record have it."""
    if isinstance(stored, str):
        return AnswerSource(SourceKind.PROGRAM, stored)
    return AnswerSource(SourceKind(stored["kind"]), stored.get("name", ""))


def sources_after_save(
    filled_by: Mapping[str, StoredSource],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    offered: Mapping[str, tuple[Any, AnswerSource]],
) -> dict[str, StoredSource]:
    """Return the sources once the answers changed from ``before`` to ``after``.

    An answer that was changed is typed. One that is new and equals what the page ``offered`` comes from there, also if
    the page saved itself in between.
    """
    kept = still_filled_by(filled_by, before, after)
    for key, (answer, source) in offered.items():
        if is_empty(before.get(key)) and not is_empty(answer) and after.get(key) == answer:
            kept[key] = source.stored()
    return kept


def still_filled_by(
    filled_by: Mapping[str, StoredSource], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, StoredSource]:
    """Return the sources of those answers that were not changed."""
    return {key: source for key, source in filled_by.items() if before.get(key) == after.get(key)}
