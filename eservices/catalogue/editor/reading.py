"""A form as its editor looks at it: every step with its questions, in words, and what is wrong beside it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.translation import get_language, gettext

from eservices.formbuilder.definition import Definition, Field
from eservices.formbuilder.definition import Step as StepSpec
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.linter import WARNING, Fault
from eservices.formbuilder.logic.computed import sources
from eservices.formbuilder.logic.conditions import mentioned
from eservices.formbuilder.words import condition_words
from home.marks import explained

from ..compile import definition_of
from ..linting import lint, missing_words, untranslated
from ..models import ServicePage
from .outline import Block, Tree, inside, keys, scope, shortened, title_of, walk

# Where on the page's own screen it is corrected what stands in no step: start of a path → id of an element.
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
    """A fault with the block that it stands at, if it stands in a step, and where it is corrected."""

    message: str
    is_error: bool
    url: str
    title: str = ""  # of what it stands at
    step_id: str = ""
    block_id: str = ""

    def __str__(self) -> str:
        return explained(self.title, self.message) if self.title else self.message


@dataclass(frozen=True)
class Question:
    id: str
    key: str
    label: str
    kind: str  # the type in words
    icon: str
    required: bool
    condition: str  # in words
    marks: list[str]  # what else is special about it
    opens: list[str]  # what is shown or not by its answer
    faults: list[PlacedFault]
    options: list[str]
    questions: list["Question"] = field(default_factory=list)  # of a group
    asks: bool = True


@dataclass(frozen=True)
class Check:
    id: str
    message: str
    condition: str
    faults: list[PlacedFault]


@dataclass(frozen=True)
class Step:
    id: str
    number: int
    title: str
    condition: str
    questions: list[Question]
    checks: list[Check]
    faults: list[PlacedFault]  # of the step itself

    @cached_property
    def asked(self) -> int:
        """How many questions it asks, those of groups once."""
        return sum(1 for question in self.questions if question.asks)


@dataclass(frozen=True)
class Outline:
    steps: list[Step]
    faults: list[PlacedFault]

    @property
    def asked(self) -> int:
        return sum(step.asked for step in self.steps)

    @property
    def errors(self) -> list[PlacedFault]:
        return [one for one in self.faults if one.is_error]

    @property
    def warnings(self) -> list[PlacedFault]:
        return [one for one in self.faults if not one.is_error]

    @property
    def beside(self) -> list[PlacedFault]:
        """Faults that belong to no step."""
        return [one for one in self.faults if not one.step_id]


def tree_of(page: ServicePage) -> Tree:
    """The form of a page as plain data; blocks of types that no installed app offers are left out."""
    return [block for block in page.form.get_prep_value() if block["type"] == "step"]


class Reading:
    """One look at the form of a page as it stands."""

    def __init__(self, page: ServicePage):
        self.page = page
        self.tree = tree_of(page)  # first: reading the blocks' values makes their raw data anew
        self.definition = Definition(definition_of(page))

    # -- the outline -----------------------------------------------------------------------------------------
    @cached_property
    def outline(self) -> Outline:
        steps = [
            self._step(number, block, spec)
            for number, (block, spec) in enumerate(
                zip(self.tree, self.definition.steps, strict=True), start=1
            )
        ]
        return Outline(steps, self.faults)

    def _step(self, number: int, block: Block, spec: StepSpec) -> Step:
        checks = zip(inside(block, "checks"), spec.checks, strict=True)
        return Step(
            block["id"],
            number,
            self.text(f"step.{spec.key}.title") or gettext("Step without a title"),
            self._words(spec.condition),
            [self._question(one, found) for one, found in self._pairs(block, spec.fields)],
            [
                Check(
                    one["id"],
                    self.text(f"check.{found.key}"),
                    self._words(found.condition),
                    self._faults_at[one["id"]],
                )
                for one, found in checks
            ],
            self._faults_at[block["id"]],
        )

    def _question(self, block: Block, spec: Field) -> Question:
        kind = field_types[spec.type]
        return Question(
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

    def _pairs(self, block: Block, specs: Iterable[Field]) -> Iterator[tuple[Block, Field]]:
        known = [one for one in inside(block) if one["type"] in field_types]
        return zip(known, specs, strict=True)

    def label(self, spec: Field) -> str:
        label = self.text(f"field.{spec.key}.label")
        return label or shortened(self.text(f"field.{spec.key}.text")) or gettext("Question without words")

    def text(self, path: str) -> str:
        return self.definition.text(path, self.definition.source_language)

    def _words(self, condition) -> str:
        """In the editor's language, with the labels as the form has them."""
        return condition_words(condition, self.definition, get_language() or self.definition.source_language)

    # -- what depends on what --------------------------------------------------------------------------------
    @cached_property
    def opens(self) -> dict[str, list[str]]:
        """By the key of a question, what its answer shows, hides or counts."""
        return _by_key(self._opened())

    @cached_property
    def dependents(self) -> dict[str, list[str]]:
        """By the key of a question, everything that looks at its answer, checks included."""
        checks = (check for step in self.definition.steps for check in step.checks)
        checked = ((self.text(f"check.{check.key}"), mentioned(check.condition)) for check in checks)
        return _by_key([*self._opened(), *checked])

    def _opened(self) -> Iterator[tuple[str, list[str]]]:
        for step in self.definition.steps:
            yield self.text(f"step.{step.key}.title"), mentioned(step.condition)
            for spec in _flat(step.fields):
                yield self.label(spec), [*mentioned(spec.condition), *sources(spec.settings.get("formula"))]
                for option in spec.options:
                    yield self.text(f"option.{spec.key}.{option.value}"), mentioned(option.condition)
        for fee in self.definition.fees:
            yield (
                self.text(f"fee.{fee.key}"),
                [
                    *mentioned(fee.condition),
                    *mentioned(fee.exempt),
                    *filter(None, [fee.quantity]),
                ],
            )
        for stage in self.definition.stages:
            yield self.text(f"stage.{stage.key}") or stage.type, mentioned(stage.condition)

    def broken_by(self, block: Block) -> list[tuple[str, list[str]]]:
        """What looks at an answer that would be gone without ``block``: question, and what looks at it."""
        gone = keys([block], "field")
        specs = [spec for key, spec in self.definition.fields.items() if key in gone]
        going = {self.label(spec) for spec in specs}
        found = [
            (self.label(spec), [one for one in self.dependents.get(spec.key, []) if one not in going])
            for spec in specs
        ]
        return [(label, lookers) for label, lookers in found if lookers]

    # -- faults ----------------------------------------------------------------------------------------------
    @cached_property
    def faults(self) -> list[PlacedFault]:
        """All that the linter says, each at its place: errors first, missing translations in a line."""
        others = list(translations(self.page))
        found = lint(definition_of(self.page, others) if others else self.definition.content)
        placed = [self._placed(fault) for fault in found if not untranslated(fault)]
        missing = Counter(fault.language for fault in found if untranslated(fault))
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

    def _placed(self, fault: Fault) -> PlacedFault:
        """A fault of an option stands at its question."""
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
        """By path: id of the step, id of the block, and its title. Of two with one key, the second."""
        found = {}
        for step in self.tree:
            for block in walk([step]):
                path = f"{scope(block)}.{block['value'].get('key')}"
                found[path] = (step["id"], block["id"], title_of(block))
        return found


def translations(page: ServicePage):
    """The live translations of a source page; none of a translation."""
    return page.get_translations().live().specific() if page.pk and page.is_source else []


def _missing(translation: ServicePage, number: int) -> PlacedFault:
    """That a translation is not whole. It says the rest in the form's own language."""
    message = missing_words(translation.locale.language_code, number)
    return PlacedFault(message, False, reverse("wagtailadmin_pages:edit", args=[translation.pk]))


def _by_key(lookers: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for title, looked_at in lookers:
        for key in looked_at:
            listed = found.setdefault(key, [])
            if title not in listed:
                listed.append(title)
    return found


def _flat(fields: Iterable[Field]) -> Iterator[Field]:
    for one in fields:
        yield one
        yield from _flat(one.fields)


def _marks(spec: Field) -> list[str]:
    marks = {
        gettext("personal data"): spec.personal,
        gettext("found by search"): spec.searchable,
        gettext("kept out of lists"): spec.secret,
        gettext("filled in from what is known"): spec.prefill,
    }
    return [words for words, holds in marks.items() if holds]
