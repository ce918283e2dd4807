"""The answers of a request as text, step by step: the same for whoever reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from .definition import FieldDefinition, FormDefinition
from .field_types import answer_text, field_types
from .logic.visibility import relevant_answers, visible_fields, visible_steps

type Words = Callable[[FieldDefinition, object, FormDefinition, str], str]


@dataclass(frozen=True)
class SummaryRow:
    """A question and what was answered: plain text, lines apart by ``\\n``, empty where nothing was."""

    field: FieldDefinition
    label: str
    value: str

    @property
    def key(self) -> str:
        return self.field.key


@dataclass(frozen=True)
class SummarySection:
    """A step's questions that were asked."""

    key: str
    title: str
    rows: list[SummaryRow]

    @property
    def answered(self) -> bool:
        return any(row.value for row in self.rows)


def summarize_answers(
    definition: FormDefinition,
    answers: dict,
    language: str,
    today: date | None = None,
    words: Words = answer_text,
) -> list[SummarySection]:
    """What was asked and answered. For a request that was sent, pass the day of sending as ``today``.

    ``words`` says an answer: ``display``, or ``guarded`` for places that more people see.
    """
    today = today or timezone.localdate()
    answers = relevant_answers(definition, answers, today)
    return [
        SummarySection(
            step.key,
            definition.text(f"step.{step.key}.title", language),
            [
                SummaryRow(
                    field,
                    definition.text(f"field.{field.key}.label", language) or field.key,
                    words(field, answers.get(field.key), definition, language),
                )
                for field in visible_fields(step, answers, today)
                if field.type not in field_types or field_types[field.type].asks
            ],
        )
        for step in visible_steps(definition, answers, today)
    ]
