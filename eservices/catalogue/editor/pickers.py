"""What the editor chooses from where a form looks at its own questions: the data of condition.js."""

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.cases.stages.kept import as_questions
from eservices.formbuilder import reference_tables
from eservices.formbuilder.blocks import condition_vocabulary
from eservices.formbuilder.definition import Field
from eservices.formbuilder.field_types import field_types

from .reading import Reading


def question_lists(reading: Reading, current: str = "") -> dict:
    """The questions of a form by step, as the pickers list them; ``current``: id of the step on the screen.

    Questions of repeating groups stand below their group: formulas look at them from outside, conditions not.
    """
    return {
        "steps": [
            {
                "id": block["id"],
                "title": reading.text(f"step.{step.key}.title"),
                "questions": [_question(reading, one) for one in step.fields if field_types[one.type].asks],
            }
            for block, step in zip(reading.tree, reading.definition.steps, strict=True)
        ],
        "tables": {key: _rows(reading, key) for key in _tables(reading.definition.fields.values())},
        "kept": {"title": _("From the administration"), "questions": _kept_by_stages(reading)},
        "current": current,
        "compares": {key: kind.compares for key, kind in field_types.items() if kind.asks},
    }


def _kept_by_stages(reading: Reading) -> list[dict]:
    """What agents fill in and how stages end: conditions of stages look at it too."""
    definition = reading.definition
    return as_questions(definition, get_language() or definition.source_language)


def _question(reading: Reading, spec: Field) -> dict:
    found = {"key": spec.key, "label": reading.label(spec), "type": spec.type}
    if spec.fields:
        found["rows"] = [_question(reading, one) for one in spec.fields]
    if spec.table:
        found["table"] = spec.table
    if spec.options:
        found["options"] = [
            [option.value, reading.text(f"option.{spec.key}.{option.value}") or option.value]
            for option in spec.options
        ]
    return found


def _tables(fields: Iterable[Field]) -> list[str]:
    """The reference tables that the form asks from, each once."""
    return sorted({field.table for field in fields if field.table})


def _rows(reading: Reading, table: str) -> list[tuple[str, str]]:
    return reference_tables.options(table, reading.definition.source_language)


def pickers(reading: Reading, current: str = "") -> dict:
    """Both data elements that condition.js reads, by the id of their element."""
    return {"form-questions": question_lists(reading, current), "condition-words": condition_vocabulary()}
