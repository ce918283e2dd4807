"""Progress of a form: its steps, which are complete, and where to continue. No database."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from eservices.formbuilder.definition import FormDefinition, StepDefinition
from eservices.formbuilder.forms import StepForm, answers_as_posted
from eservices.formbuilder.logic.visibility import VisibleAnswers, shown_steps, step_dependencies


@dataclass(frozen=True)
class FormProgress:
    """The steps for these answers, which of them are complete, and which is next.

    A saved step is complete while its answers would be accepted today: since it was saved, other answers may have
    opened a question in it or violated one of its rules, and a date may have passed. ``verdicts`` can be passed on from
    one state of the answers to the next: a step whose dependencies are unchanged is not validated again.
    """

    definition: FormDefinition
    answers: dict
    completed: Collection[str]
    language: str
    today: date
    verdicts: dict[str, tuple[list, bool]] = field(default_factory=dict, repr=False)
    _judged: dict[str, bool] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def steps(self) -> list[StepDefinition]:
        return shown_steps(self.definition, self._shown)

    @cached_property
    def relevant(self) -> dict:
        """The answers that count: those to visible questions."""
        return self._shown.visible_values()

    @cached_property
    def first_incomplete(self) -> StepDefinition | None:
        """The step to continue with; None if the form can be sent."""
        return next((step for step in self.steps if not self.is_complete(step)), None)

    @property
    def email(self) -> str:
        """The applicant's e-mail address, if it is given and counts; else ""."""
        key = self.definition.settings.get("applicant", {}).get("email")
        return str(self.relevant.get(key) or "")[:254]

    def is_visible(self, key: str) -> bool:
        """Return whether a question or text is shown for these answers."""
        return self._shown.is_visible(key)

    def step(self, key: str) -> StepDefinition | None:
        """Return the step with this key if it is shown for these answers; else None."""
        return next((step for step in self.steps if step.key == key), None)

    def may_open(self, step: StepDefinition) -> bool:
        """Return whether all steps before ``step`` are complete."""
        return all(self.is_complete(one) for one in self.steps[: self.steps.index(step)])

    def before(self, step: StepDefinition) -> StepDefinition | None:
        position = self.steps.index(step)
        return self.steps[position - 1] if position else None

    def after(self, step: StepDefinition) -> StepDefinition | None:
        return next(iter(self.steps[self.steps.index(step) + 1 :]), None)

    def is_complete(self, step: StepDefinition) -> bool:
        if step.key not in self._judged:
            self._judged[step.key] = step.key in self.completed and self._is_right(step)
        return self._judged[step.key]

    def judge(self, step: StepDefinition) -> StepForm:
        """Return the bound form of a step with its stored answers, for validation."""
        data = answers_as_posted(step, self.answers)
        return StepForm(self.definition, step, self.language, self.answers, data=data, today=self.today)

    @cached_property
    def _shown(self) -> VisibleAnswers:
        return VisibleAnswers.of(self.definition, self.answers, self.today)

    def _is_right(self, step: StepDefinition) -> bool:
        """Return whether the step's answers would be accepted; cached by everything it depends on."""
        own = [self.answers.get(field.key) for field in step.fields]
        seen = [own, [self._shown.get(key) for key in step_dependencies(step)]]
        known = self.verdicts.get(step.key)
        if known is None or known[0] != seen:
            known = self.verdicts[step.key] = (seen, self.judge(step).is_valid())
        return known[1]


def with_optional_questions(definition: FormDefinition, optional: Collection[str]) -> FormDefinition:
    """Return the same form with some questions optional, for example for applicants without e-mail."""
    steps = [
        step | {"fields": [_relaxed(field, optional) for field in step.get("fields", [])]}
        for step in definition.content["steps"]
    ]
    return FormDefinition(definition.content | {"steps": steps})


def _relaxed(content: dict, optional: Collection[str]) -> dict:
    if content["key"] in optional:
        return content | {"required": False}
    if rows := content.get("fields"):
        return content | {"fields": [_relaxed(field, optional) for field in rows]}
    return content
