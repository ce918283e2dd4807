"""Questions of forms by step, in the structure that condition.js reads."""

from collections.abc import Callable, Iterable

from .blocks import condition_vocabulary
from .definition import FieldDefinition, FormDefinition
from .field_types import field_types
from .reference_tables import lookup

Label = Callable[[FieldDefinition], str]


def build_picker_data(
    *,
    steps: list[dict],
    fields: Iterable[FieldDefinition],
    language: str,
    kept: dict | None = None,
    current: str = "",
) -> dict[str, dict]:
    """Build both data elements of a page on which questions are chosen, by the id of their element.

    Every page uses this function, because condition.js needs all of their keys. ``steps``: what ``build_step``
    returned. ``fields``: the questions of all steps, whose reference tables are read in ``language``. ``kept``: title
    and questions of what stages leave behind. ``current``: id of the step on the page.
    """
    tables = sorted({field.table for field in fields if field.table and field_types[field.type].has_options})
    return {
        "form-questions": {
            "steps": steps,
            "tables": {key: lookup.table_options(key, language) for key in tables},
            "kept": kept,
            "current": current,
            "compares": {key: kind.compares for key, kind in field_types.items() if kind.asks},
        },
        "condition-words": condition_vocabulary(),
    }


def build_step(
    step_id: str,
    title: str,
    fields: Iterable[FieldDefinition],
    definition: FormDefinition,
    language: str,
    label: Label,
) -> dict:
    """Build a step with its questions, without static texts."""
    questions = [
        _question(field, definition, language, label) for field in fields if field_types[field.type].asks
    ]
    return {"id": step_id, "title": title, "questions": questions}


def _question(field: FieldDefinition, definition: FormDefinition, language: str, label: Label) -> dict:
    found = {"key": field.key, "label": label(field), "type": field.type}
    if field.fields:
        found["rows"] = [_question(one, definition, language, label) for one in field.fields]
    kind = field_types[field.type]
    if (compares := kind.comparison_of(field)) != kind.compares:
        found["compares"] = compares
    if parts := kind.parts_of_answer(field):
        found["rows"] = [{"key": key, "label": name, "type": "short_text"} for key, name in parts.items()]
    if field.table and kind.has_options:
        found["table"] = field.table
    if field.options:
        found["options"] = [
            [one.value, definition.text(f"option.{field.key}.{one.value}", language) or one.value]
            for one in field.options
        ]
    return found
