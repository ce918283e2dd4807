"""Migration of a draft to a newer version of its form. Pure.

Nothing that fits is lost: an answer stays if its question still exists and accepts it, also in another step. An answer
that a question of the same type does not accept any more, such as a text that is now too long, is stored without
validation, as if it had been typed, so that it can be corrected.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from eservices.formbuilder.definition import FieldDefinition, FormDefinition, StepDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.forms import QuestionsForm, answers_as_posted
from eservices.formbuilder.logic.conditions import comparable_text, is_empty, parse_number
from eservices.formbuilder.logic.visibility import relevant_answers, visible_fields, visible_steps

type Typed = dict[str, list[str]]  # input → values, as posted


@dataclass(frozen=True)
class MigratedDraft:
    """A draft as the newer version accepts it, and its changes for the applicant as labels of questions.

    ``added`` are new, ``again`` had an answer that does not fit any more, ``gone`` had one and are not asked any more.
    """

    answers: dict
    completed: list[str]
    typed: dict[str, Typed]
    added: list[str]
    again: list[str]
    gone: list[str]

    @property
    def change_summary(self) -> str:
        """The changes in a few sentences."""
        said = [_("This form has changed since you began. Your entries are kept if they still fit.")]
        for names, sentence in (
            (self.added, _("New: %(questions)s.")),
            (self.again, _("Please answer again: %(questions)s.")),
            (self.gone, _("No longer asked: %(questions)s.")),
        ):
            if names:
                said.append(sentence % {"questions": ", ".join(names)})
        return " ".join(said)


def migrate_answers(
    old: FormDefinition,
    new: FormDefinition,
    *,
    answers: dict,
    completed: Collection[str],
    typed: dict[str, Typed],
    language: str,
    today: date,
) -> MigratedDraft:
    """Convert what was entered in ``old`` to ``new``. Steps with something new become incomplete."""
    return _Move(old, new, language, today).migrate(answers, completed, typed)


def reassign_to_steps(
    old: StepDefinition, new: FormDefinition, answers: dict, typed: Typed
) -> dict[str, Typed]:
    """Return what was typed into a step of an earlier version, by the steps that ask it now; drop the rest.

    Other questions of those steps are filled in from ``answers``, so that nothing seems unanswered.
    """
    found: dict[str, Typed] = {}
    before = {field.key: field for field in old.fields}
    for name, values in typed.items():
        field = before.get(owner_of(name, before))
        step = _step_of(new, field) if field else None
        if step is not None:
            found.setdefault(step.key, {})[name] = values
    return {key: _filled_up(new.step(key), answers, own) for key, own in found.items()}


LONGEST_INPUT = 250  # characters of the name of an input


class _Move:
    """A migration from one version to another."""

    def __init__(self, old: FormDefinition, new: FormDefinition, language: str, today: date):
        self.old, self.new, self.language, self.today = old, new, language, today
        self.before, self.after = (
            {field.key: field for step in version.steps for field in step.fields if _asks(field)}
            for version in (old, new)
        )

    def migrate(self, answers: dict, completed: Collection[str], typed: dict[str, Typed]) -> MigratedDraft:
        kept, misfits = self._sorted(answers)
        aside = self._aside(kept, misfits, typed)
        added = self._added(kept)
        touched = {*aside, *(step.key for step in self.new.steps if self._asks_anew(step, added, misfits))}
        return MigratedDraft(
            answers=kept,
            completed=[key for key in completed if self.new.step(key) and key not in touched],
            typed=aside,
            added=[self._label(self.new, field) for field in added],
            again=[self._label(self.new, self.after[key]) for key in misfits],
            gone=[self._label(self.old, field) for field in self._gone(answers)],
        )

    def _sorted(self, answers: dict) -> tuple[dict, dict]:
        """Return the answers that fit, and those that their question does not accept any more."""
        kept: dict = {}
        misfits: dict = {}
        for key in (key for key in answers if key in self.after):
            fitting = self._fitting(key, answers[key])
            if not is_empty(fitting) or is_empty(answers[key]):
                kept[key] = fitting
            if not is_same_answer(fitting, answers[key]) and not is_empty(answers[key]):
                misfits[key] = answers[key]
        return kept, misfits

    def _fitting(self, key: str, answer):
        old, new = self.before.get(key), self.after[key]
        if old and old.type == new.type == "consent" and self._consented_to(old) != self._consented_to(new):
            return None
        return fit_answer(old, new, answer, self.new, self.language, self.today)

    def _consented_to(self, field: FieldDefinition) -> str:
        """Return the wording of a consent, because a consent is only valid for its wording."""
        return self._label(self.new if field is self.after.get(field.key) else self.old, field)

    def _aside(self, kept: dict, misfits: dict, typed: dict[str, Typed]) -> dict[str, Typed]:
        """Return the unvalidated answers of before, and the answers that must be corrected now."""
        found: dict[str, Typed] = {}
        for key, own in typed.items():
            if step := self.old.step(key):
                for there, moved in reassign_to_steps(step, self.new, kept, own).items():
                    found[there] = found.get(there, {}) | moved
        for key, answer in misfits.items():
            field = self.after[key]
            if self._same_kind(field) and field.type not in ("files", "consent"):
                step = _step_of(self.new, field)
                raw = answers_as_posted(replace(step, fields=(field,)), {key: answer})
                found[step.key] = found.get(step.key) or _filled_up(step, kept, {})
                found[step.key] |= {name: [str(one) for one in raw.getlist(name)] for name in raw}
        return found

    def _same_kind(self, field: FieldDefinition) -> bool:
        before = self.before.get(field.key)
        return before is not None and before.type == field.type

    def _added(self, kept: dict) -> list[FieldDefinition]:
        """Return the visible questions that are new."""
        relevant = relevant_answers(self.new, kept, self.today)
        return [
            field
            for step in visible_steps(self.new, kept, self.today)
            for field in visible_fields(step, relevant, self.today)
            if field.key in self.after and field.key not in self.before
        ]

    def _asks_anew(self, step: StepDefinition, added: list[FieldDefinition], misfits: dict) -> bool:
        return any(field in added or field.key in misfits for field in step.fields)

    def _gone(self, answers: dict) -> list[FieldDefinition]:
        """Return the questions that were answered and are not asked any more."""
        relevant = relevant_answers(self.old, answers, self.today)
        return [
            field
            for key, field in self.before.items()
            if key not in self.after and not is_empty(relevant.get(key))
        ]

    def _label(self, definition: FormDefinition, field: FieldDefinition) -> str:
        return definition.text(f"field.{field.key}.label", self.language) or field.key


def fit_answer(
    old: FieldDefinition | None,
    new: FieldDefinition,
    answer,
    definition: FormDefinition,
    language: str,
    today: date,
):
    """Return as much of an answer as the question ``new`` accepts; None if it accepts nothing of it.

    Of several options those that still exist, of a repeating group what fits of each row. Ignores whether the question
    is visible or required.
    """
    kind = field_types.get(new.type)
    if is_empty(answer):
        return None
    if kind is None or "files" in (new.type, old and old.type):
        return answer if old and old.type == new.type else None
    if new.fields:
        return _rows(old, new, answer, definition, language, today)
    if new.type == "choices" and isinstance(answer, list):
        listed = [one for one in answer if _taken(new, [one], definition, language, today)]
        return listed or None
    return _taken(new, answer, definition, language, today)


def _taken(field: FieldDefinition, answer, definition: FormDefinition, language: str, today: date):
    """Return the answer as the question would store it if it means the same; None if it is refused."""
    asked = _bare(field)
    data = answers_as_posted(StepDefinition(key="", fields=(asked,)), {field.key: answer})
    form = QuestionsForm(definition, (asked,), language, {}, today, data=data)
    kept = form.cleaned_answers.get(field.key) if form.is_valid() else None
    return kept if is_same_answer(kept, answer) else None


def _rows(
    old: FieldDefinition | None,
    new: FieldDefinition,
    answer,
    definition: FormDefinition,
    language: str,
    today: date,
):
    if not isinstance(answer, list):
        return None
    before = {field.key: field for field in old.fields} if old else {}
    rows = [
        {
            field.key: found
            for field in new.fields
            if not is_empty(
                found := fit_answer(
                    before.get(field.key), field, row.get(field.key), definition, language, today
                )
            )
        }
        for row in answer
        if isinstance(row, dict)
    ]
    return rows if any(rows) else None


def _bare(field: FieldDefinition) -> FieldDefinition:
    """Return the question without the conditions that hide it or its options."""
    options = tuple(replace(option, condition=None) for option in field.options)
    return replace(field, condition=None, required=False, options=options)


def is_same_answer(one, other) -> bool:
    """Return whether two answers are equal, even if written differently: 2, "2" and "2.00"."""
    if one == other and type(one) is type(other):
        return True
    if isinstance(one, list | dict | bool) or isinstance(other, list | dict | bool):
        return one == other
    written, value = comparable_text(one), parse_number(one)
    return written != "" and (
        written == comparable_text(other) or (value is not None and value == parse_number(other))
    )


def _filled_up(step: StepDefinition, answers: dict, typed: Typed) -> Typed:
    """Return what was typed into some inputs of a step, with the stored answers in the others."""
    fields = {field.key: field for field in step.fields}
    given = {owner_of(name, fields) for name in typed}
    rest = {key: answers.get(key) for key in fields if key not in given}
    stored = answers_as_posted(step, rest)
    return {name: [str(one) for one in stored.getlist(name)] for name in stored} | typed


def owner_of(name: str, fields: dict[str, FieldDefinition]) -> str:
    """Return the question to which an input belongs: KEY itself, or KEY-… for its parts and rows."""
    if len(name) > LONGEST_INPUT:
        return name
    while name not in fields and "-" in name:
        name = name.rpartition("-")[0]
    return name


def without_blanks(typed: Typed, step: StepDefinition) -> Typed:
    """Return typed answers without the questions of the step whose inputs are all empty."""
    fields = {field.key: field for field in step.fields}
    given = {owner_of(name, fields) for name, values in typed.items() if any(one.strip() for one in values)}
    return {name: values for name, values in typed.items() if owner_of(name, fields) in given}


def _step_of(definition: FormDefinition, field: FieldDefinition) -> StepDefinition | None:
    """Return the step that contains the question with the same type now; None if there is none."""
    return next(
        (
            step
            for step in definition.steps
            for one in step.fields
            if one.key == field.key and one.type == field.type
        ),
        None,
    )


def _asks(field: FieldDefinition) -> bool:
    """Return whether the question has an answer by applicants.

    Answers to questions of an app that is not installed stay, because it may be installed again.
    """
    kind = field_types.get(field.type)
    return kind is None or (kind.asks and kind.typed)
