"""Outline of a form for its editor: each step with its questions, conditions as text, and problems."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.translation import get_language, gettext

from eservices.formbuilder.condition_text import condition_text
from eservices.formbuilder.definition import FieldDefinition, FormDefinition
from eservices.formbuilder.definition import StepDefinition as StepSpec
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.linter import WARNING, DefinitionFault
from eservices.formbuilder.logic.computed import formula_sources
from eservices.formbuilder.logic.conditions import condition_fields
from home.localization.punctuation import labelled

from ..definition.compiler import compile_definition
from ..definition.linter import is_translation_fault, lint_service, missing_translations_text
from ..models import ServicePage
from .form_tree import (
    Block,
    Tree,
    block_title,
    child_blocks,
    key_scope,
    keys_in_scope,
    shorten_title,
    walk_blocks,
)

# Elements of the page's edit view for problems outside of steps: start of a path → id of an element.
ELSEWHERE = {
    "fee.": "fees",
    "stage.": "stages",
    "settings.team": "id_team",
    "settings.applicant": "id_applicant_name",
    "settings.": "id_days",
    "title": "id_title",
    "slug": "id_slug",
}


@dataclass(frozen=True)
class PlacedFault:
    """A problem with the URL where it is corrected, and with its block if it concerns a step."""

    message: str
    is_error: bool
    url: str
    title: str = ""  # title of the block or fee
    step_id: str = ""
    block_id: str = ""

    def __str__(self) -> str:
        return labelled(self.title, self.message) if self.title else self.message


@dataclass(frozen=True)
class OutlineQuestion:
    id: str
    key: str
    label: str
    kind: str  # the type's label
    icon: str
    required: bool
    condition: str  # as text
    marks: list[str]  # labels of special properties
    opens: list[str]  # titles of what its answer shows or hides
    faults: list[PlacedFault]
    options: list[str]
    questions: list["OutlineQuestion"] = field(default_factory=list)  # questions of a group
    asks: bool = True


@dataclass(frozen=True)
class OutlineRule:
    id: str
    message: str
    condition: str
    faults: list[PlacedFault]


@dataclass(frozen=True)
class OutlineStep:
    id: str
    number: int
    title: str
    condition: str
    questions: list[OutlineQuestion]
    checks: list[OutlineRule]
    faults: list[PlacedFault]  # problems of the step itself

    @cached_property
    def question_count(self) -> int:
        """The number of questions, without those inside groups."""
        return sum(1 for question in self.questions if question.asks)


@dataclass(frozen=True)
class FormOutline:
    steps: list[OutlineStep]
    faults: list[PlacedFault]

    @property
    def question_count(self) -> int:
        return sum(step.question_count for step in self.steps)

    @property
    def errors(self) -> list[PlacedFault]:
        return [one for one in self.faults if one.is_error]

    @property
    def warnings(self) -> list[PlacedFault]:
        return [one for one in self.faults if not one.is_error]

    @property
    def form_level_problems(self) -> list[PlacedFault]:
        """Problems that belong to no step."""
        return [one for one in self.faults if not one.step_id]


def form_tree_of(page: ServicePage) -> Tree:
    """Return the form of a page as plain data, without blocks of types that no installed app has."""
    return [block for block in page.form.get_prep_value() if block["type"] == "step"]


class FormReading:
    """An analysis of the current form of a page."""

    def __init__(self, page: ServicePage):
        self.page = page
        self.tree = form_tree_of(page)  # first, because reading block values recreates the raw data
        self.definition = FormDefinition(compile_definition(page))

    # -- the outline -----------------------------------------------------------------------------------------
    @cached_property
    def outline(self) -> FormOutline:
        steps = [
            self._step(number, block, spec)
            for number, (block, spec) in enumerate(
                zip(self.tree, self.definition.steps, strict=True), start=1
            )
        ]
        return FormOutline(steps, self.faults)

    def _step(self, number: int, block: Block, spec: StepSpec) -> OutlineStep:
        checks = zip(child_blocks(block, "checks"), spec.checks, strict=True)
        return OutlineStep(
            block["id"],
            number,
            self.text(f"step.{spec.key}.title") or gettext("Step without a title"),
            self._words(spec.condition),
            [self._question(one, found) for one, found in self._pairs(block, spec.fields)],
            [
                OutlineRule(
                    one["id"],
                    self.text(f"check.{found.key}"),
                    self._words(found.condition),
                    self._faults_at[one["id"]],
                )
                for one, found in checks
            ],
            self._faults_at[block["id"]],
        )

    def _question(self, block: Block, spec: FieldDefinition) -> OutlineQuestion:
        kind = field_types[spec.type]
        return OutlineQuestion(
            block["id"],
            spec.key,
            self.label(spec),
            str(kind.label),
            kind.icon,
            spec.required,
            self._words(spec.condition),
            _marks(spec),
            self.opens.get(spec.key, []),
            self._faults_at[block["id"]],
            [self.text(f"option.{spec.key}.{option.value}") or option.value for option in spec.options],
            [self._question(one, found) for one, found in self._pairs(block, spec.fields)],
            kind.asks,
        )

    def _pairs(
        self, block: Block, specs: Iterable[FieldDefinition]
    ) -> Iterator[tuple[Block, FieldDefinition]]:
        known = [one for one in child_blocks(block) if one["type"] in field_types]
        return zip(known, specs, strict=True)

    def label(self, spec: FieldDefinition) -> str:
        label = self.text(f"field.{spec.key}.label")
        return (
            label or shorten_title(self.text(f"field.{spec.key}.text")) or gettext("Question without words")
        )

    def text(self, path: str) -> str:
        return self.definition.text(path, self.definition.source_language)

    def _words(self, condition) -> str:
        """Return the condition as text in the editor's language, with the labels of the form."""
        return condition_text(condition, self.definition, get_language() or self.definition.source_language)

    # -- dependencies ----------------------------------------------------------------------------------------
    @cached_property
    def opens(self) -> dict[str, list[str]]:
        """Titles of what the answer to a question shows, hides or calculates, by the question's key."""
        return _by_key(self._opened())

    @cached_property
    def dependents(self) -> dict[str, list[str]]:
        """Titles of all that uses the answer to a question, validation rules included, by the question's key."""
        checks = (check for step in self.definition.steps for check in step.checks)
        checked = ((self.text(f"check.{check.key}"), condition_fields(check.condition)) for check in checks)
        return _by_key([*self._opened(), *checked])

    def _opened(self) -> Iterator[tuple[str, list[str]]]:
        for step in self.definition.steps:
            yield self.text(f"step.{step.key}.title"), condition_fields(step.condition)
            for spec in _flat(step.fields):
                yield (
                    self.label(spec),
                    [*condition_fields(spec.condition), *formula_sources(spec.settings.get("formula"))],
                )
                for option in spec.options:
                    yield self.text(f"option.{spec.key}.{option.value}"), condition_fields(option.condition)
        for fee in self.definition.fees:
            yield (
                self.text(f"fee.{fee.key}"),
                [
                    *condition_fields(fee.condition),
                    *condition_fields(fee.exempt),
                    *filter(None, [fee.quantity]),
                ],
            )
        for stage in self.definition.stages:
            yield self.text(f"stage.{stage.key}") or stage.type, condition_fields(stage.condition)

    def broken_by(self, block: Block) -> list[tuple[str, list[str]]]:
        """Return the questions in ``block`` whose answers are used outside of it, with the titles of what uses them."""
        gone = keys_in_scope([block], "field")
        specs = [spec for key, spec in self.definition.fields.items() if key in gone]
        going = {self.label(spec) for spec in specs}
        found = [
            (self.label(spec), [one for one in self.dependents.get(spec.key, []) if one not in going])
            for spec in specs
        ]
        return [(label, lookers) for label, lookers in found if lookers]

    # -- problems --------------------------------------------------------------------------------------------
    @cached_property
    def faults(self) -> list[PlacedFault]:
        """The problems of the form with their positions, errors first.

        Missing translations are one line per language.
        """
        others = list(live_translations(self.page))
        found = lint_service(compile_definition(self.page, others) if others else self.definition.content)
        placed = [self._placed(fault) for fault in found if not is_translation_fault(fault)]
        missing = Counter(fault.language for fault in found if is_translation_fault(fault))
        placed += [
            _missing(one, missing[code]) for one in others if (code := one.locale.language_code) in missing
        ]
        return sorted(placed, key=lambda one: not one.is_error)

    @cached_property
    def _faults_at(self) -> dict[str, list[PlacedFault]]:
        found: dict[str, list[PlacedFault]] = defaultdict(list)
        for one in self.faults:
            found[one.block_id].append(one)
        return found

    def _placed(self, fault: DefinitionFault) -> PlacedFault:
        """Locate a problem in the form. A problem of an option is located at its question."""
        word, _dot, rest = fault.path.partition(".")
        key, is_error = rest.split(".")[0], fault.level != WARNING
        step_id, block_id, title = self._places.get(
            f"{'field' if word == 'option' else word}.{key}", ("", "", "")
        )
        if step_id:
            step = reverse("editor:step", args=[self.page.pk, step_id])
            url = step if block_id == step_id else f"{step}#block-{block_id}"
            return PlacedFault(fault.message, is_error, url, title, step_id, block_id)
        starts = (anchor for start, anchor in ELSEWHERE.items() if fault.path.startswith(start))
        url = f"{reverse('wagtailadmin_pages:edit', args=[self.page.pk])}#{next(starts, 'form-outline')}"
        return PlacedFault(fault.message, is_error, url, self.text(f"fee.{key}") if word == "fee" else "")

    @cached_property
    def _places(self) -> dict[str, tuple[str, str, str]]:
        """Ids of step and block, and title, by path of a block. If a key occurs twice, of the second block."""
        found = {}
        for step in self.tree:
            for block in walk_blocks([step]):
                path = f"{key_scope(block)}.{block['value'].get('key')}"
                found[path] = (step["id"], block["id"], block_title(block))
        return found


def live_translations(page: ServicePage):
    """Return the live translations of a source page; none if the page is a translation."""
    return page.get_translations().live().specific() if page.pk and page.is_source else []


def _missing(translation: ServicePage, number: int) -> PlacedFault:
    """Return the problem that a translation is incomplete. It shows the source's text for the rest."""
    message = missing_translations_text(translation.locale.language_code, number)
    return PlacedFault(message, False, reverse("wagtailadmin_pages:edit", args=[translation.pk]))


def _by_key(lookers: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for title, looked_at in lookers:
        for key in looked_at:
            listed = found.setdefault(key, [])
            if title not in listed:
                listed.append(title)
    return found


def _flat(fields: Iterable[FieldDefinition]) -> Iterator[FieldDefinition]:
    for one in fields:
        yield one
        yield from _flat(one.fields)


def _marks(spec: FieldDefinition) -> list[str]:
    marks = {
        gettext("personal data"): spec.personal,
        gettext("found by search"): spec.searchable,
        gettext("kept out of lists"): spec.secret,
        gettext("filled in from known data"): spec.prefill,
    }
    return [words for words, holds in marks.items() if holds]
