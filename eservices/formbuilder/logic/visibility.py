"""What of a form is shown for given answers, and which answers count. Pure and total.

An answer to a question that is not shown counts as not given. It stays in the draft while the applicant
changes their mind, and is left out by ``relevant_answers``.
"""

from collections.abc import Iterable
from datetime import date

from ..definition import Definition, Field, Option, Step
from .conditions import holds

LONGEST_CHAIN = 100  # questions that open questions, backwards; the linter refuses circles


class Shown:
    """Answers as conditions may see them: those to questions that are shown. Judges each question once."""

    def __init__(self, fields: Iterable[tuple[Field, dict | None]], answers: dict, today: date):
        self._fields = {field.key: (step_condition, field.condition) for field, step_condition in fields}
        self._answers = answers
        self._today = today
        self._known: dict[str, bool] = {}
        self._asking: set[str] = set()

    def get(self, key: str, default=None):
        if key not in self._answers or not self.shows(key):
            return default
        return self._answers[key]

    def shows(self, key: str) -> bool:
        if key not in self._fields:
            return True
        if key not in self._known:
            self._known[key] = self._judge(key)
        return self._known[key]

    def holds(self, condition) -> bool:
        return holds(condition, self, self._today)

    def _judge(self, key: str) -> bool:
        if key in self._asking or len(self._asking) > LONGEST_CHAIN:
            return False
        self._asking.add(key)
        try:
            return all(self.holds(condition) for condition in self._fields[key])
        finally:
            self._asking.discard(key)


def visible_steps(definition: Definition, answers: dict, today: date) -> list[Step]:
    """The steps that these answers lead through: those whose condition holds and that show something."""
    shown = _of_definition(definition, answers, today)
    return [
        step
        for step in definition.steps
        if shown.holds(step.condition) and any(shown.shows(field.key) for field in step.fields)
    ]


def visible_fields(step: Step, answers: dict, today: date) -> list[Field]:
    """The questions and texts of a step that are shown. ``answers`` of other steps are taken as relevant."""
    return visible_among(step.fields, answers, today)


def visible_among(fields: Iterable[Field], answers: dict, today: date) -> list[Field]:
    """Those of ``fields`` that are shown. In a group ``answers`` are the form's, and the row's over them."""
    shown = Shown(((field, None) for field in fields), answers, today)
    return [field for field in fields if shown.shows(field.key)]


def visible_options(field: Field, answers: dict, today: date) -> list[Option]:
    """The options that may be chosen."""
    return [option for option in field.options if holds(option.condition, answers, today)]


def relevant_answers(definition: Definition, answers: dict, today: date) -> dict:
    """The answers to the questions that are shown, in the form's order, and nothing else."""
    shown = _of_definition(definition, answers, today)
    found: dict = {}
    for step in definition.steps:
        if shown.holds(step.condition):
            for field in step.fields:
                if answers.get(field.key) is not None and shown.shows(field.key):
                    found[field.key] = _relevant(field, answers[field.key], found, today)
    return found


def _relevant(field: Field, answer, before: dict, today: date):
    """An answer without what is hidden in the rows of a repeating group."""
    if not field.fields or not isinstance(answer, list):
        return answer
    rows = [row for row in answer if isinstance(row, dict)]
    return [
        {
            one.key: row[one.key]
            for one in visible_among(field.fields, {**before, **row}, today)
            if row.get(one.key) is not None
        }
        for row in rows
    ]


def _of_definition(definition: Definition, answers: dict, today: date) -> Shown:
    fields = ((field, step.condition) for step in definition.steps for field in step.fields)
    return Shown(fields, answers, today)
