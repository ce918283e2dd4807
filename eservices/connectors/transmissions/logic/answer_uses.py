"""Uses of answers: which went to another system, as what field and value. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from eservices.formbuilder.field_types.base import MASK

from ...business_system import FieldValue, Row
from .mapping import ANSWER, MappedField, unpack_row

MOST_ROWS = 3  # values of a list that are named


def sent_values_by_question(
    lines: Iterable[MappedField], content: Mapping[str, Any]
) -> dict[str, list[tuple[str, str]]]:
    """Return target field and sent value by question, for what ``MappedCase.content`` stored.

    A question within a repeating group counts as its group. Secret values are masked; empty ones are left out.
    """
    fields = unpack_row(content.get("fields", []))
    rows = {name: [unpack_row(row) for row in items] for name, items in content.get("rows", {}).items()}
    secret = set(content.get("secret", []))
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        sent = _sent(line, fields, rows)
        if line.source != ANSWER or not sent:
            continue
        text = MASK if line.target in secret else _shorten(sent)
        target = f"{line.list}.{line.target}" if line.list else line.target
        for question in {key.partition(".")[0]: None for key in line.questions}:
            found.setdefault(question, []).append((target, text))
    return found


def _sent(line: MappedField, fields: Mapping[str, Any], rows: Mapping[str, list[Row]]) -> list[FieldValue]:
    values = (
        [row.get(line.target) for row in rows.get(line.list, [])] if line.list else [fields.get(line.target)]
    )
    return [value for value in values if value not in (None, "")]


def _shorten(values: list[FieldValue]) -> str:
    text = "; ".join(str(value) for value in values[:MOST_ROWS])
    return f"{text}; …" if len(values) > MOST_ROWS else text
