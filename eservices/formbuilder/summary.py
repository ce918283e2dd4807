"""Answers of a submission as text, by step, for all their readers."""

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
    """A question and its answer: plain text, possibly of several lines, "" if nothing was answered."""

    field: FieldDefinition
    label: str
    value: str

    @property
    def key(self) -> str:
        return self.field.key


@dataclass(frozen=True)
class SummarySection:
    """The visible questions of a step."""

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
    """Return the visible questions and their answers. For a submission, pass the day of sending as ``today``.

    ``words``: the function that formats an answer, ``answer_text`` or, for places with more readers,
    ``field_types.answer_text_unless_secret``.
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
