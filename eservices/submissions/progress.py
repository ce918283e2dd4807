"""Where somebody stands in a form. Pure: the answers and the day are passed in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from eservices.formbuilder.definition import Definition, Field, Step
from eservices.formbuilder.logic.checks import failed_checks
from eservices.formbuilder.logic.conditions import is_empty, text
from eservices.formbuilder.logic.visibility import (
    relevant_answers,
    visible_fields,
    visible_options,
    visible_steps,
)


@dataclass(frozen=True)
class Progress:
    """The steps that these answers lead through, which of them are complete, and which comes next.

    A saved step counts as complete while what it asks is answered: answers to other steps may have opened
    a question in it, or broken one of its checks, since it was saved.
    """

    definition: Definition
    answers: dict
    completed: Collection[str]
    today: date
    optional: Collection[str] = ()  # fields that need no answer here, whatever the form says

    @cached_property
    def steps(self) -> list[Step]:
        return visible_steps(self.definition, self.answers, self.today)

    @cached_property
    def relevant(self) -> dict:
        return relevant_answers(self.definition, self.answers, self.today)

    @property
    def first_incomplete(self) -> Step | None:
        """Where to go on; None where the request can be sent."""
        return next((step for step in self.steps if not self.is_complete(step)), None)

    def step(self, key: str) -> Step | None:
        """The step under ``key``, if these answers lead through it."""
        return next((step for step in self.steps if step.key == key), None)

    def may_open(self, step: Step) -> bool:
        """Whether everything before ``step`` is complete."""
        first = self.first_incomplete
        return first is None or self.steps.index(step) <= self.steps.index(first)

    def before(self, step: Step) -> Step | None:
        position = self.steps.index(step)
        return self.steps[position - 1] if position else None

    def after(self, step: Step) -> Step | None:
        return next(iter(self.steps[self.steps.index(step) + 1 :]), None)

    def is_complete(self, step: Step) -> bool:
        if step.key not in self.completed:
            return False
        asked = visible_fields(step, self.relevant, self.today)
        return all(self._is_answered(field) for field in asked) and not failed_checks(
            step, self.relevant, self.today
        )

    def _is_answered(self, field: Field) -> bool:
        answer = self.relevant.get(field.key)
        if is_empty(answer):
            return not field.required or field.key in self.optional
        return not field.options or self._is_offered(field, answer)

    def _is_offered(self, field: Field, answer) -> bool:
        """Whether what was chosen may still be chosen: options have conditions too."""
        offered = {option.value for option in visible_options(field, self.relevant, self.today)}
        return all(text(one) in offered for one in (answer if isinstance(answer, list) else [answer]))
