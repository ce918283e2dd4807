"""The answers of a service as JSON Schema (draft 2020-12), as they are stored. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from eservices.formbuilder.definition import FieldDefinition, FormDefinition

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: dict[str, Any] = {"type": "string"}
# What is stored for an answer, by type of question. A type that is not here is described by its name only.
SHAPES: dict[str, dict[str, Any]] = {
    "short_text": TEXT,
    "long_text": TEXT,
    "choice": TEXT,
    "email": TEXT | {"format": "email"},
    "phone": TEXT | {"description": "International form, as +41791234567."},
    "url": TEXT | {"format": "uri"},
    "integer": {"type": "integer"},
    "decimal": TEXT | {"description": "A decimal number, as 1234.5."},
    "money": TEXT | {"description": "An amount with two decimals, as 12.00."},
    "yes_no": {"type": "boolean"},
    "consent": {"type": "boolean"},
    "choices": {"type": "array", "items": TEXT},
    "date": TEXT | {"format": "date"},
    "date_range": {
        "type": "object",
        "properties": {"from": TEXT | {"format": "date"}, "to": TEXT | {"format": "date"}},
    },
    "time": TEXT | {"pattern": "^[0-9]{2}:[0-9]{2}$"},
    "address": {"type": "object"},
    "person": {"type": "object"},
    "map_point": {"type": "object"},
}
NO_ANSWER = {"static_text", "files", "computed"}


def answers_schema(definition: FormDefinition, identifier: str, language: str) -> dict[str, Any]:
    """Return the schema of the answers of a service. ``identifier``: its address; ``language``: of the labels.

    A question with a condition, or in a step with one, is never required, because the condition may not hold.
    """
    asked = [
        (field, step.condition is not None)
        for step in definition.steps
        for field in step.fields
        if field.type not in NO_ANSWER
    ]
    required = [
        field.key for field, depends in asked if field.required and not depends and field.condition is None
    ]
    return {
        "$schema": DIALECT,
        "$id": identifier,
        "title": definition.title(language),
        "type": "object",
        "properties": _properties(definition, (field for field, _depends in asked), language),
        "required": required,
    }


def _properties(
    definition: FormDefinition, fields: Iterable[FieldDefinition], language: str
) -> dict[str, dict[str, Any]]:
    return {field.key: _property(definition, field, language) for field in fields}


def _property(definition: FormDefinition, field: FieldDefinition, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {"title": definition.text(f"field.{field.key}.label", language)}
    told["x-question-type"] = field.type
    if field.secret:
        told["writeOnly"] = True
    if field.type == "group":
        rows = [one for one in field.fields if one.type not in NO_ANSWER]
        items = {"type": "object", "properties": _properties(definition, rows, language)}
        return told | {"type": "array", "items": items}
    values = [option.value for option in field.options]
    if values and field.type == "choice":
        return told | TEXT | {"enum": values}
    if values and field.type == "choices":
        return told | {"type": "array", "items": TEXT | {"enum": values}}
    return told | SHAPES.get(field.type, {})


def wrong_shapes(definition: FormDefinition, answers: dict[str, Any]) -> dict[str, list[str]]:
    """Return the answers that the schema does not describe, with what is expected, by question."""
    fields = definition.fields
    found = {}
    for key, answer in answers.items():
        if key not in fields or not _is_fillable(fields[key]):
            found[key] = ["No such question, or one that only a person answers."]
        elif expected := _expected(fields[key], answer):
            found[key] = [f"Expected: {expected}."]
    return found


def _is_fillable(field: FieldDefinition) -> bool:
    """Return whether a program may answer: a type with a known shape, and no consent, which only a person gives."""
    if field.type == "group":
        return all(_is_fillable(one) for one in field.fields if one.type not in NO_ANSWER)
    return field.type in SHAPES and field.type != "consent"


def _expected(field: FieldDefinition, answer: Any) -> str:
    """Return the JSON type that an answer should have; "" if it has it."""
    if field.type == "group":
        rows = {one.key: one for one in field.fields}
        fits = isinstance(answer, list) and all(_is_row(rows, one) for one in answer)
        return "" if fits else "array of objects"
    kind = SHAPES[field.type]["type"]
    return "" if TYPES[kind](answer) else kind


def _is_row(rows: dict[str, FieldDefinition], row: Any) -> bool:
    return isinstance(row, dict) and all(
        key in rows and rows[key].type not in NO_ANSWER and not _expected(rows[key], one)
        for key, one in row.items()
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15


TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": _is_number,
    "array": lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    "object": lambda value: (
        isinstance(value, dict) and all(isinstance(one, str | int | float | None) for one in value.values())
    ),
}
