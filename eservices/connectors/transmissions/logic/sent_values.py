"""Values of a transmission as agents read them: all in order, or by the question that they answer. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _

from eservices.formbuilder.field_types.base import MASK

from ...business_system import FieldValue
from .mapping import ANSWER, MappedField, unpack_row

MOST_ROWS = 3  # values of a list that are named


@dataclass(frozen=True)
class SentValue:
    """A target field and its value as text, "" if empty. ``list`` and ``row``, from 1, of those in a list."""

    target: str
    text: str
    list: str = ""
    row: int = 0

    @property
    def label(self) -> str:
        return f"{self.list} {self.row}: {self.target}" if self.list else self.target


def sent_values(content: Mapping[str, Any]) -> Iterator[SentValue]:
    """Yield what ``MappedCase.content`` stored: the fields, then the rows of each list. Secret values are masked."""
    secret = set(content.get("secret", []))
    for target, value in unpack_row(content.get("fields", [])).items():
        yield SentValue(target, _text(value, masked=target in secret))
    for name, rows in content.get("rows", {}).items():
        for number, row in enumerate(rows, start=1):
            for target, value in unpack_row(row).items():
                yield SentValue(target, _text(value, masked=target in secret), name, number)


def sent_values_by_question(
    lines: Iterable[MappedField], content: Mapping[str, Any]
) -> dict[str, list[tuple[str, str]]]:
    """Return target field and text of what was sent, by question. A question within a group counts as its group."""
    texts: dict[tuple[str, str], list[str]] = {}
    for value in sent_values(content):
        if value.text:
            texts.setdefault((value.list, value.target), []).append(value.text)
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        sent = texts.get((line.list, line.target))
        if line.source != ANSWER or not sent:
            continue
        target = f"{line.list}.{line.target}" if line.list else line.target
        for question in dict.fromkeys(key.partition(".")[0] for key in line.questions):
            found.setdefault(question, []).append((target, _join(sent)))
    return found


def _text(value: FieldValue, *, masked: bool) -> str:
    if value in (None, ""):
        return ""
    if masked:
        return MASK
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(localize(value))


def _join(texts: list[str]) -> str:
    different = list(dict.fromkeys(texts))
    text = "; ".join(different[:MOST_ROWS])
    return f"{text}; …" if len(different) > MOST_ROWS else text
