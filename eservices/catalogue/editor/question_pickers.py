"""What the editor chooses from where a form looks at its own questions: the data of condition.js."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.cases.stages.results import results_as_questions
from eservices.formbuilder.question_lists import build_picker_data, build_step

from .form_outline import FormReading


def question_pickers(reading: FormReading, current: str = "") -> dict:
    """Both data elements that condition.js reads, by the id of their element; ``current``: id of the step on the
    screen.

    Questions of repeating groups stand below their group: formulas look at them from outside, conditions not.
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
    """What agents fill in and how stages end: conditions of stages look at it too."""
    definition = reading.definition
    return results_as_questions(definition, get_language() or definition.source_language)
