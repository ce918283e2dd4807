"""Visible questions of a form, and the answers that count. Pure and total.

An answer to a hidden question counts as not given, and so does an option that is not offered. They stay in the draft,
so that applicants can change their minds, and ``relevant_answers`` leaves them out. ``static/js/conditions.js`` does
the same in the browser.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice, product
from typing import Any

from ..definition import FieldDefinition, FormDefinition, OptionDefinition, StepDefinition
from .computed import compute_formula, formula_sources
from .conditions import Condition, comparable_text, condition_fields, condition_holds

MAX_PATHS = 200
COMPUTED = "computed"  # the type of questions whose answer is computed


class VisibleAnswers:
    """The answers that count, as conditions see them. Evaluates each question once.

    ``fields`` are paired with the condition of their step. In a row of a repeating group ``around`` is the rest of the
    form: the row's answers take precedence. Questions that depend on each other are not shown.
    """

    def __init__(
        self,
        fields: Iterable[tuple[FieldDefinition, dict[str, Any] | None]],
        answers: dict[str, Any],
        today: date,
        around: "VisibleAnswers | None" = None,
    ) -> None:
        self._fields = {field.key: (field, condition) for field, condition in fields}
        self._given = answers
        self._today = today
        self._around = around
        self._known: dict[str, tuple[bool, object]] = {}  # whether it is shown, and the answer that counts
        self._asking: set[str] = set()

    @classmethod
    def of(
        cls,
        definition: FormDefinition,
        answers: dict[str, Any],
        today: date,
        at: StepDefinition | None = None,
    ) -> "VisibleAnswers":
        """Return the view of the whole form.

        The condition of the step ``at`` is ignored, because it is being filled in.
        """
        here = at.key if at else None
        return cls(
            (
                (field, None if step.key == here else step.condition)
                for step in definition.steps
                for field in step.fields
            ),
            answers,
            today,
        )

    def get(self, key: str, default: Any = None) -> Any:
        """Return the answer that counts."""
        if not self._is_own(key):
            return self._around.get(key, default) if self._around else default
        if key not in self._fields:
            return self._given[key]
        return self._known[key][1] if self.is_visible(key) else default

    def visible_values(self) -> dict[str, Any]:
        """Return all answers that count, in the order of the form."""
        own = (key for key in self._fields if self._is_own(key))
        return {key: answer for key in own if (answer := self.get(key)) is not None}

    def is_visible(self, key: str) -> bool:
        """Return whether the question is shown. Not recursive: chains may be as long as forms are."""
        if key in self._asking or key not in self._fields:
            return key not in self._fields
        waiting = [] if key in self._known else [key]
        while waiting:
            one = waiting[-1]
            if one not in self._asking and one not in self._known:
                self._asking.add(one)
                waiting += [need for need in field_dependencies(*self._fields[one]) if self._is_open(need)]
            if waiting[-1] == one:
                self._settle(waiting.pop())
        return self._known[key][0]

    def _settle(self, key: str) -> None:
        if key not in self._known:
            self._known[key] = self._judge(*self._fields[key])
            self._asking.discard(key)

    def holds(self, condition: Condition) -> bool:
        return condition is None or condition_holds(condition, self, self._today)

    def row(self, group: FieldDefinition, answers: dict[str, Any]) -> "VisibleAnswers":
        """Return the view of a row of a repeating group."""
        return VisibleAnswers(((field, None) for field in group.fields), answers, self._today, around=self)

    def _is_own(self, key: str) -> bool:
        return key in self._given or (key in self._fields and self._fields[key][0].type == COMPUTED)

    def _is_open(self, key: str) -> bool:
        return key in self._fields and key not in self._known and key not in self._asking

    def _judge(self, field: FieldDefinition, step_condition: Condition) -> tuple[bool, object]:
        if self.holds(step_condition) and self.holds(field.condition):
            return True, self._counting(field, self._given.get(field.key))
        return False, None

    def _counting(self, field: FieldDefinition, answer: Any) -> Any:
        """Return the answer without options that are not offered; of a group, the rows without hidden questions."""
        if field.type == COMPUTED:
            return compute_formula(field.settings.get("formula"), self)
        if field.fields:
            rows = answer if isinstance(answer, list) else []
            return [self.row(field, row).visible_values() for row in rows if isinstance(row, dict)] or None
        shut = {comparable_text(option.value) for option in field.options if not self.holds(option.condition)}
        if not shut:
            return answer
        if isinstance(answer, list):
            return [one for one in answer if comparable_text(one) not in shut]
        return None if comparable_text(answer) in shut else answer


def field_dependencies(field: FieldDefinition, step_condition: Condition) -> Iterator[str]:
    """Yield the questions to evaluate before this one: those that affect its visibility or its answer."""
    for condition in (step_condition, field.condition, *(option.condition for option in field.options)):
        if condition is not None:
            yield from condition_fields(condition)
    if field.type == COMPUTED:
        yield from formula_sources(field.settings.get("formula"))
    for one in field.fields:
        yield from field_dependencies(one, None)


def visible_steps(definition: FormDefinition, answers: dict[str, Any], today: date) -> list[StepDefinition]:
    """Return the steps for these answers: those whose condition holds and that show a question or a text."""
    return shown_steps(definition, VisibleAnswers.of(definition, answers, today))


def shown_steps(definition: FormDefinition, shown: VisibleAnswers) -> list[StepDefinition]:
    """Return the steps for evaluated answers."""
    return [
        step
        for step in definition.steps
        if shown.holds(step.condition) and any(shown.is_visible(field.key) for field in step.fields)
    ]


def min_and_max_steps(definition: FormDefinition, today: date) -> tuple[int, int]:
    """Return the smallest and largest number of steps that a form may have, by the choices that affect its steps.

    Only the first ``MAX_PATHS`` combinations are evaluated. Other answers, such as dates, count as not given.
    """
    asked = dict.fromkeys(key for step in definition.steps for key in condition_fields(step.condition))
    choices = [
        list(product([key], _chosen(definition.fields[key]))) for key in asked if key in definition.fields
    ]
    ways = islice(product(*filter(None, choices)), MAX_PATHS)
    counts = [len(visible_steps(definition, dict(way), today)) for way in ways]
    return min(counts), max(counts)


def _chosen(field: FieldDefinition) -> list[Any]:
    """Return the possible answers to a question with a single choice; [] for other types."""
    if field.type == "yes_no":
        return [True, False]
    return [option.value for option in field.options] if field.type == "choice" else []


def step_dependencies(step: StepDefinition) -> list[str]:
    """Return the questions of any step that affect what this step shows and whether its rules hold."""
    found = [key for field in step.fields for key in field_dependencies(field, None)]
    found += [key for check in step.checks for key in condition_fields(check.condition)]
    return list(dict.fromkeys(found))


def visible_fields(step: StepDefinition, answers: dict[str, Any], today: date) -> list[FieldDefinition]:
    """Return the visible questions and texts of a step. ``answers`` of other steps are assumed to be relevant."""
    shown = VisibleAnswers(((field, None) for field in step.fields), answers, today)
    return [field for field in step.fields if shown.is_visible(field.key)]


def visible_options(field: FieldDefinition, answers: dict[str, Any], today: date) -> list[OptionDefinition]:
    """Return the options that can be chosen."""
    return [option for option in field.options if condition_holds(option.condition, answers, today)]


def relevant_answers(definition: FormDefinition, answers: dict[str, Any], today: date) -> dict[str, Any]:
    """Return the answers that count, in the form's order."""
    return VisibleAnswers.of(definition, answers, today).visible_values()
