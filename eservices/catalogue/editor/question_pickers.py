"""Data of condition.js for choosing questions in conditions and formulas."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.cases.workflow.stage_results import results_as_questions
from eservices.formbuilder.question_lists import build_picker_data, build_step

from .form_outline import FormReading


def question_pickers(reading: FormReading, current: str = "") -> dict:
    """Return both data elements that condition.js reads, by element id.

    ``current``: id of the step on the page. Questions of repeating groups are listed below their group: formulas
    outside the group can use them, conditions cannot.
    """
    definition = reading.definition
    return build_picker_data(
        steps=[
            build_step(
                block["id"],
                reading.text(f"step.{step.key}.title"),
                step.fields,
                definition,
                definition.source_language,
                reading.label,
            )
            for block, step in zip(reading.tree, definition.steps, strict=True)
        ],
        fields=definition.fields.values(),
        language=definition.source_language,
        kept={"title": _("From the administration"), "questions": _kept_by_stages(reading)},
        current=current,
    )


def _kept_by_stages(reading: FormReading) -> list[dict]:
    """Return the results that agents and stages store: conditions of stages can use them too."""
    definition = reading.definition
    return results_as_questions(definition, get_language() or definition.source_language)
