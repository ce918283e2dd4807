"""What of a form is shown for given answers, and which answers count. Pure and total.

An answer to a question that is not shown counts as not given, and so does an option that is not offered. They
stay in the draft while the applicant changes their mind, and are left out by ``relevant_answers``.
``static/js/conditions.js`` says the same in the browser.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice, product

from ..definition import Definition, Field, Option, Step
from .computed import compute, sources
from .conditions import holds, mentioned, text

MOST_WAYS = 200
COMPUTED = "computed"  # the type of what is not answered, but follows from answers


class Shown:
    """Answers as conditions may see them: those that count. Judges each question once.

    ``fields`` come with the condition of their step. In a row of a repeating group ``around`` is the rest of
    the form: the row sees itself before it. Questions that wait for each other are not shown.
    """

    def __init__(
        self,
        fields: Iterable[tuple[Field, dict | None]],
        answers: dict,
        today: date,
        around: "Shown | None" = None,
    ):
        self._fields = {field.key: (field, condition) for field, condition in fields}
        self._given = answers
        self._today = today
        self._around = around
        self._known: dict[str, tuple[bool, object]] = {}  # whether it is shown, and the answer that counts
        self._asking: set[str] = set()

    @classmethod
    def of(cls, definition: Definition, answers: dict, today: date, at: Step | None = None) -> "Shown":
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
                waiting += [need for need in needs(*self._fields[one]) if self._is_open(need)]
            if waiting[-1] == one:
                self._settle(waiting.pop())
        return self._known[key][0]

    def _settle(self, key: str) -> None:
        if key not in self._known:
            self._known[key] = self._judge(*self._fields[key])
            self._asking.discard(key)

    def holds(self, condition) -> bool:
        return condition is None or holds(condition, self, self._today)

    def row(self, group: Field, answers: dict) -> "Shown":
        """One row of a repeating group."""
        return Shown(((field, None) for field in group.fields), answers, self._today, around=self)

    def _is_own(self, key: str) -> bool:
        return key in self._given or (key in self._fields and self._fields[key][0].type == COMPUTED)

    def _is_open(self, key: str) -> bool:
        return key in self._fields and key not in self._known and key not in self._asking

    def _judge(self, field: Field, step_condition) -> tuple[bool, object]:
        if self.holds(step_condition) and self.holds(field.condition):
            return True, self._counting(field, self._given.get(field.key))
        return False, None

    def _counting(self, field: Field, answer):
        """The answer without options that are not offered, and of a group the rows without what is hidden."""
        if field.type == COMPUTED:
            return compute(field.settings.get("formula"), self)
        if field.fields:
            rows = answer if isinstance(answer, list) else []
            return [self.row(field, row).counted() for row in rows if isinstance(row, dict)] or None
        shut = {text(option.value) for option in field.options if not self.holds(option.condition)}
        if not shut:
            return answer
        if isinstance(answer, list):
            return [one for one in answer if text(one) not in shut]
        return None if text(answer) in shut else answer


def needs(field: Field, step_condition) -> Iterator[str]:
    """The questions to judge before this one: those that decide whether it is shown, and what of its answer counts."""
    for condition in (step_condition, field.condition, *(option.condition for option in field.options)):
        if condition is not None:
            yield from mentioned(condition)
    if field.type == COMPUTED:
        yield from sources(field.settings.get("formula"))
    for one in field.fields:
        yield from needs(one, None)


def visible_steps(definition: Definition, answers: dict, today: date) -> list[Step]:
    """The steps that these answers lead through: those whose condition holds and that show something."""
    return steps_shown(definition, Shown.of(definition, answers, today))


def steps_shown(definition: Definition, shown: Shown) -> list[Step]:
    """The steps that are passed where so much is shown."""
    return [
        step
        for step in definition.steps
        if shown.holds(step.condition) and any(shown.shows(field.key) for field in step.fields)
    ]


def step_counts(definition: Definition, today: date) -> tuple[int, int]:
    """Through how few and how many steps a form may lead, by the choices on which its steps depend.

    Of more ways than ``MOST_WAYS`` the first are looked at. Other answers, as dates, count as not given.
    """
    asked = dict.fromkeys(key for step in definition.steps for key in mentioned(step.condition))
    choices = [
        list(product([key], _chosen(definition.fields[key]))) for key in asked if key in definition.fields
    ]
    ways = islice(product(*filter(None, choices)), MOST_WAYS)
    counts = [len(visible_steps(definition, dict(way), today)) for way in ways]
    return min(counts), max(counts)


def _chosen(field: Field) -> list:
    """What may be answered to a question with one answer of some."""
    if field.type == "yes_no":
        return [True, False]
    return [option.value for option in field.options] if field.type == "choice" else []


def looks_at(step: Step) -> list[str]:
    """The questions, of this step or of others, whose answers decide what it asks and whether its checks hold."""
    found = [key for field in step.fields for key in needs(field, None)]
    found += [key for check in step.checks for key in mentioned(check.condition)]
    return list(dict.fromkeys(found))


def visible_fields(step: Step, answers: dict, today: date) -> list[Field]:
    """The questions and texts of a step that are shown. ``answers`` of other steps are taken as relevant."""
    shown = Shown(((field, None) for field in step.fields), answers, today)
    return [field for field in step.fields if shown.shows(field.key)]


def visible_options(field: Field, answers, today: date) -> list[Option]:
    """The options that may be chosen."""
    return [option for option in field.options if holds(option.condition, answers, today)]


def relevant_answers(definition: Definition, answers: dict, today: date) -> dict:
    """The answers that count, in the form's order, and nothing else."""
    return Shown.of(definition, answers, today).counted()
