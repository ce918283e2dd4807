"""Results of stages in the data of a case: their definitions, values and texts."""

from eservices.formbuilder.definition import FieldDefinition, FormDefinition, StageDefinition
from eservices.formbuilder.field_types import answer_text

from ..models import Case
from .stage_types import StageResult, stages


def results_of_stage(spec: StageDefinition, definition: FormDefinition, language: str) -> list[StageResult]:
    """Return the results that a stage of a definition will store; [] if its app is not installed."""
    kind = stages.get(spec.type)
    if kind is None:
        return []
    title = definition.text(f"stage.{spec.key}", language) or str(kind.label)
    return list(kind().keeps(spec.key, title, kind().upgrade(spec.settings)))


def results_of_definition(definition: FormDefinition, language: str) -> list[StageResult]:
    """Return the results of all stages of a definition, in their order."""
    return [one for spec in definition.stages for one in results_of_stage(spec, definition, language)]


def results_as_questions(definition: FormDefinition, language: str) -> list[dict]:
    """Return the results in the format in which condition.js lists questions."""
    return [
        {
            "key": one.key,
            "label": one.label,
            "type": one.type,
            "options": [list(pair) for pair in one.options],
        }
        for one in results_of_definition(definition, language)
    ]


def result_values(case: Case, language: str) -> list[tuple[str, str]]:
    """Return label and text of every result that the case has, in the order of its stages."""
    definition = case.version.definition
    return [
        (one.label, result_text(one, case.data[one.key], definition, language))
        for one in results_of_definition(definition, language)
        if case.data.get(one.key) is not None
    ]


def result_texts_by_key(case: Case, language: str) -> dict[str, str]:
    """Return the text of every result by its key; "" if the case does not have it."""
    definition = case.version.definition
    return {
        one.key: result_text(one, case.data.get(one.key), definition, language)
        for one in results_of_definition(definition, language)
    }


def result_text(kept: StageResult, value, definition: FormDefinition, language: str) -> str:
    """Return a result as text for agents."""
    if value is None:
        return ""
    if kept.options:
        return str(dict(kept.options).get(value, value))
    return answer_text(FieldDefinition(kept.key, kept.type), value, definition, language)
