"""The answers of a service as JSON Schema (draft 2020-12), as they are stored. Pure."""

from collections.abc import Iterable
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
