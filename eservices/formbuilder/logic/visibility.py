"""What of a form is shown for given answers, and which answers count. Pure and total.

An answer to a question that is not shown counts as not given, and so does an option that is not offered. They
stay in the draft while the applicant changes their mind, and are left out by ``relevant_answers``.
``static/js/conditions.js`` says the same in the browser.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice, product

from ..definition import FieldDefinition, FormDefinition, OptionDefinition, StepDefinition
from .computed import compute_formula, formula_sources
from .conditions import comparable_text, condition_fields, condition_holds

MAX_PATHS = 200
COMPUTED = "computed"  # the type of what is not answered, but follows from answers


class VisibleAnswers:
    """Answers as conditions may see them: those that count. Judges each question once.

    ``fields`` come with the condition of their step. In a row of a repeating group ``around`` is the rest of
    the form: the row sees itself before it. Questions that wait for each other are not shown.
    """

    def __init__(
        self,
        fields: Iterable[tuple[FieldDefinition, dict | None]],
        answers: dict,
        today: date,
        around: "VisibleAnswers | None" = None,
    ):
        self._fields = {field.key: (field, condition) for field, condition in fields}
        self._given = answers
        self._today = today
        self._around = around
        self._known: dict[str, tuple[bool, object]] = {}  # whether it is shown, and the answer that counts
        self._asking: set[str] = set()

    @classmethod
    def of(
        cls, definition: FormDefinition, answers: dict, today: date, at: StepDefinition | None = None
    ) -> "VisibleAnswers":
        """The whole form. Whoever fills in the step ``at`` is there: its own condition is not asked again."""
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

    def get(self, key: str, default=None):
        """The answer that counts."""
        if not self._is_own(key):
            return self._around.get(key, default) if self._around else default
        if key not in self._fields:
            return self._given[key]
        return self._known[key][1] if self.shows(key) else default

    def counted(self) -> dict:
        """All answers that count, in the order of the form."""
        own = (key for key in self._fields if self._is_own(key))
        return {key: answer for key in own if (answer := self.get(key)) is not None}

    def shows(self, key: str) -> bool:
        """Whether the question is shown. Walks without recursion: chains may be as long as forms are."""
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

    def holds(self, condition) -> bool:
        return condition is None or condition_holds(condition, self, self._today)

    def row(self, group: FieldDefinition, answers: dict) -> "VisibleAnswers":
        """One row of a repeating group."""
        return VisibleAnswers(((field, None) for field in group.fields), answers, self._today, around=self)

    def _is_own(self, key: str) -> bool:
        return key in self._given or (key in self._fields and self._fields[key][0].type == COMPUTED)

    def _is_open(self, key: str) -> bool:
        return key in self._fields and key not in self._known and key not in self._asking

    def _judge(self, field: FieldDefinition, step_condition) -> tuple[bool, object]:
        if self.holds(step_condition) and self.holds(field.condition):
            return True, self._counting(field, self._given.get(field.key))
        return False, None

    def _counting(self, field: FieldDefinition, answer):
        """The answer without options that are not offered, and of a group the rows without what is hidden."""
        if field.type == COMPUTED:
            return compute_formula(field.settings.get("formula"), self)
        if field.fields:
            rows = answer if isinstance(answer, list) else []
            return [self.row(field, row).counted() for row in rows if isinstance(row, dict)] or None
        shut = {comparable_text(option.value) for option in field.options if not self.holds(option.condition)}
        if not shut:
            return answer
        if isinstance(answer, list):
            return [one for one in answer if comparable_text(one) not in shut]
        return None if comparable_text(answer) in shut else answer


def field_dependencies(field: FieldDefinition, step_condition) -> Iterator[str]:
    """The questions to judge before this one: those that decide whether it is shown, and what of its answer counts."""
    for condition in (step_condition, field.condition, *(option.condition for option in field.options)):
        if condition is not None:
            yield from condition_fields(condition)
    if field.type == COMPUTED:
        yield from formula_sources(field.settings.get("formula"))
    for one in field.fields:
        yield from field_dependencies(one, None)


def visible_steps(definition: FormDefinition, answers: dict, today: date) -> list[StepDefinition]:
    """The steps that these answers lead through: those whose condition holds and that show something."""
    return shown_steps(definition, VisibleAnswers.of(definition, answers, today))


def shown_steps(definition: FormDefinition, shown: VisibleAnswers) -> list[StepDefinition]:
    """The steps that are passed where so much is shown."""
    return [
        step
        for step in definition.steps
        if shown.holds(step.condition) and any(shown.shows(field.key) for field in step.fields)
    ]


def min_and_max_steps(definition: FormDefinition, today: date) -> tuple[int, int]:
    """Through how few and how many steps a form may lead, by the choices on which its steps depend.

    Of more ways than ``MAX_PATHS`` the first are looked at. Other answers, as dates, count as not given.
    """
    asked = dict.fromkeys(key for step in definition.steps for key in condition_fields(step.condition))
    choices = [
        list(product([key], _chosen(definition.fields[key]))) for key in asked if key in definition.fields
    ]
    ways = islice(product(*filter(None, choices)), MAX_PATHS)
    counts = [len(visible_steps(definition, dict(way), today)) for way in ways]
    return min(counts), max(counts)


def _chosen(field: FieldDefinition) -> list:
    """What may be answered to a question with one answer of some."""
    if field.type == "yes_no":
        return [True, False]
    return [option.value for option in field.options] if field.type == "choice" else []


def step_dependencies(step: StepDefinition) -> list[str]:
    """The questions, of this step or of others, whose answers decide what it asks and whether its checks hold."""
    found = [key for field in step.fields for key in field_dependencies(field, None)]
    found += [key for check in step.checks for key in condition_fields(check.condition)]
    return list(dict.fromkeys(found))


def visible_fields(step: StepDefinition, answers: dict, today: date) -> list[FieldDefinition]:
    """The questions and texts of a step that are shown. ``answers`` of other steps are taken as relevant."""
    shown = VisibleAnswers(((field, None) for field in step.fields), answers, today)
    return [field for field in step.fields if shown.shows(field.key)]


def visible_options(field: FieldDefinition, answers, today: date) -> list[OptionDefinition]:
    """The options that may be chosen."""
    return [option for option in field.options if condition_holds(option.condition, answers, today)]


def relevant_answers(definition: FormDefinition, answers: dict, today: date) -> dict:
    """The answers that count, in the form's order, and nothing else."""
    return VisibleAnswers.of(definition, answers, today).counted()
