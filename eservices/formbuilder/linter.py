"""Linter of definitions: finds what is wrong before applicants meet it. Total: takes any JSON, never raises."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import takewhile
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .blocks import COMPARISONS
from .definition import (
    RESERVED_KEYS,
    FeeDefinition,
    FieldDefinition,
    FormDefinition,
    StepDefinition,
    ValidationRule,
)
from .field_types import field_types
from .field_types.base import ABSENT, WARNING
from .logic.conditions import (
    WITHOUT_VALUE,
    comparisons,
    condition_fields,
    never_holds,
    parse_day,
    parse_number,
)
from .logic.visibility import COMPUTED, field_dependencies
from .prefill_sources import prefill_sources
from .request_limits import request_limits
from .schema.definitions import field_type_blocks, read_definition
from .schema.shapes import Shape, ShapeReading

ERROR = "error"
LEVELS = {
    ERROR: gettext_lazy("error"),
    ABSENT: gettext_lazy("not here"),
    WARNING: gettext_lazy("warning"),
}  # most severe first
ANY_DAY = date(2026, 1, 1)
# Attributes that only some types of questions have.
OF_SOME = (
    *("required", "options", "fields", "autocomplete", "personal", "searchable", "secret", "prefill"),
    *("retention", "table"),
)
EMPTY: Mapping[str, FieldDefinition] = MappingProxyType({})
CHOOSING = ("equals", "not_equals", "in", "contains", "not_contains")


@dataclass(frozen=True)
class DefinitionFault:
    """A problem of a definition.

    ``path`` as in the texts: ``step.KEY``, ``field.KEY``, ``fee.KEY``, … An *error* would prevent applicants from using
    the form: such a definition is neither published nor imported. What is *absent* is named by the definition and does
    not exist in this commune: it is allowed in a draft. A *warning* is about an inconvenience. ``language``: of a text
    that is not translated.
    """

    level: str
    path: str
    message: str
    language: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def publication_errors(content) -> list[DefinitionFault]:
    """Return the problems that prevent publication."""
    return [fault for fault in lint_definition(content) if fault.level != WARNING]


type Known = Mapping[str, Mapping[str, FieldDefinition]]


def lint_definition(
    content, shape: Shape | None = None, known: Callable[[dict], Known] | None = None
) -> list[DefinitionFault]:
    """Return all problems of a definition. If its shape is wrong, the readable part is still checked.

    ``shape``: the allowed structure, if it is more than the form builder's part. ``known``: by key of a stage, the
    questions that its condition may use beside the form's own.
    """
    return lint_reading(*read_definition(content, shape), known)


def lint_reading(
    found, reading: ShapeReading, known: Callable[[dict], Known] | None = None
) -> list[DefinitionFault]:
    """Return all problems of a definition that was read: those of its shape, and those of the readable part."""
    faults = [DefinitionFault(ERROR, path, message) for path, message in reading.faults]
    if isinstance(found, dict):
        found = {"language": "", "steps": [], "texts": {}} | found
        faults += Linter(FormDefinition(found), reading, known(found) if known else {})
    return faults


class Linter:
    """A check of the readable part of a definition. ``reading``: the problems of its shape."""

    def __init__(self, definition: FormDefinition, reading: ShapeReading, known: Known):
        self.definition, self.known = definition, known
        self.lost, self.blind = reading.lost, reading.blind
        self.whole = not reading.faults
        self.position: dict[str, int] = {}  # in the order of the form
        for step in definition.steps:
            for field in step.fields:
                self.position.setdefault(field.key, len(self.position))

    def __iter__(self) -> Iterator[DefinitionFault]:
        yield from self._keys()
        for step in self.definition.steps:
            yield from self._step(step)
        yield from self._circles()
        for fee in self.definition.fees:
            yield from self._fee(fee)
        for stage in self.definition.stages:
            beside = self.known.get(stage.key, {})
            yield from self._condition(stage.condition, f"stage.{stage.key}", beside=beside)
        yield from self._settings()
        yield from self._texts()

    def _asked(self, key: str, group: FieldDefinition | None = None) -> bool:
        """Return whether there is a question ``key``, as seen from the form or from a row of ``group``."""
        beside = {one.key for one in group.fields} if group else set()
        return self.blind or key in self.position or key in beside or key in self.lost

    def _left_out(self, key: str) -> bool:
        """Return whether a part of the element with this key could not be read."""
        return self.blind or key in self.lost

    # -- keys ------------------------------------------------------------------------------------------------
    def _keys(self) -> Iterator[DefinitionFault]:
        definition = self.definition
        for word, things in (
            ("step", definition.steps),
            ("field", [field for step in definition.steps for field in _flat(step.fields)]),
            ("check", [check for step in definition.steps for check in step.checks]),
            ("fee", definition.fees),
            ("stage", definition.stages),
        ):
            for key, times in Counter(thing.key for thing in things).items():
                if times > 1:
                    yield DefinitionFault(ERROR, f"{word}.{key}", _("This key is used twice."))
        for field in (field for step in definition.steps for field in step.fields):
            if field.key in RESERVED_KEYS:
                message = _("The form uses this name itself. Choose another key.")
                yield DefinitionFault(ERROR, f"field.{field.key}", message)

    # -- steps and fields ------------------------------------------------------------------------------------
    def _step(self, step: StepDefinition) -> Iterator[DefinitionFault]:
        path = f"step.{step.key}"
        if not step.fields and not self._left_out(step.key):
            yield DefinitionFault(ERROR, path, _("The step has no question."))
        yield from self._condition(step.condition, path)
        never = self._never(step.condition)
        if never:
            yield DefinitionFault(
                ERROR, path, _("The condition of the step can never be met, so the step is never shown.")
            )
        if {field.key for field in step.fields}.intersection(condition_fields(step.condition)):
            yield DefinitionFault(
                ERROR, path, _("The step depends on a question inside it, so the step is never shown.")
            )
        for field in step.fields:
            yield from self._field(field)
            if not never and self._never({"all": [step.condition, field.condition]}):
                message = _("The condition can never be met, so this question is never asked.")
                yield DefinitionFault(WARNING, f"field.{field.key}", message)
        for check in step.checks:
            yield from self._condition(check.condition, f"check.{check.key}")
            if check.condition is None:
                yield DefinitionFault(ERROR, f"check.{check.key}", _("The check has no condition."))
            yield from self._silent(check)

    def _silent(self, check: ValidationRule) -> Iterator[DefinitionFault]:
        """Warn of optional questions whose missing answer prevents the rule from being applied.

        See ``validation.failed_rules``.
        """
        cared_for = {row["field"] for row in comparisons(check.condition) if row["operator"] in WITHOUT_VALUE}
        for key in condition_fields(check.condition):
            field = self.definition.fields.get(key)
            if field and _may_stay_empty(field) and key not in cared_for:
                message = _("The check is not made while the optional question “%(key)s” has no answer.")
                yield DefinitionFault(WARNING, f"check.{check.key}", message % {"key": key})

    def _field(
        self, field: FieldDefinition, group: FieldDefinition | None = None
    ) -> Iterator[DefinitionFault]:
        path = f"field.{field.key}"
        kind = field_types[field.type]
        yield from self._condition(field.condition, path, group)
        yield from self._options(field, kind, group)
        for message in kind.settings_faults(field):
            yield DefinitionFault(ERROR, path, _sentence(message))
        for message in kind.lint_advice(field, self.definition):
            yield DefinitionFault(WARNING, path, _sentence(message))
        for name in OF_SOME:
            if getattr(field, name) and name not in field_type_blocks()[field.type].child_blocks:
                message = _("A question of this type has no “%(name)s”.") % {"name": name}
                yield DefinitionFault(ERROR, f"{path}.{name}", message)
        if field.prefill and field.prefill not in prefill_sources():
            message = _("There is no prefill source “%(key)s” here.") % {"key": field.prefill}
            yield DefinitionFault(ABSENT, path, message)
        if field.secret and field.searchable:
            yield DefinitionFault(WARNING, path, _("A search does not find a secret answer."))
        if field.type == COMPUTED:
            yield from self._formula(field, group)
        if field.type == "group" and not field.fields and not self._left_out(field.key):
            yield DefinitionFault(ERROR, path, _("The group has no question."))
        for one in field.fields:
            yield from self._field(one, group=field)

    def _options(
        self, field: FieldDefinition, kind, group: FieldDefinition | None
    ) -> Iterator[DefinitionFault]:
        path = f"field.{field.key}"
        if kind.has_options and not field.options and not field.table and not self._left_out(field.key):
            yield DefinitionFault(ERROR, path, _("There are no options to choose from."))
        if field.options and field.table:
            yield DefinitionFault(ERROR, path, _("Put the options in the form or in a table, not in both."))
        values = Counter(option.value for option in field.options)
        for value, times in values.items():
            if times > 1:
                yield DefinitionFault(
                    ERROR, path, _("The option “%(value)s” appears twice.") % {"value": value}
                )
            if f"{value}.help" in values:
                message = _("“%(value)s.help” is the explanation of an option, not one itself.")
                yield DefinitionFault(ERROR, path, message % {"value": value})
        for option in field.options:
            yield from self._condition(option.condition, f"option.{field.key}.{option.value}", group)

    def _formula(self, field: FieldDefinition, group: FieldDefinition | None) -> Iterator[DefinitionFault]:
        """Check that a computed answer uses only questions before it."""
        formula = field.settings.get("formula") or {}
        for key in formula.get("fields") or []:
            if not self._is_before(key, field, group) and not self._left_out(key.partition(".")[0]):
                message = _("The calculation uses “%(key)s”, which is not asked before it.")
                yield DefinitionFault(ERROR, f"field.{field.key}", message % {"key": key})

    def _is_before(self, key: str, field: FieldDefinition, group: FieldDefinition | None) -> bool:
        """Return whether a formula's question is before its field: in the form, or in the same row."""
        nowhere = len(self._places)
        asked = self.definition.fields.get(key.partition(".")[0])
        if asked and asked.type in field_types and field_types[asked.type].has_known_parts(asked):
            key = asked.key  # which parts there are is for the commune to say
        if self._places.get(key, nowhere) < self._places.get((group or field).key, nowhere):
            return True
        beside = group.fields if group else []
        return any(one.key == key for one in takewhile(lambda inner: inner.key != field.key, beside))

    @cached_property
    def _places(self) -> dict[str, int]:
        """The position in the form of every question, by the name that formulas use."""
        found: dict[str, int] = {}
        top = [field for step in self.definition.steps for field in step.fields]
        for place, one in enumerate(top):
            for name in (one.key, *(f"{one.key}.{inner.key}" for inner in one.fields)):
                found.setdefault(name, place)
        return found

    # -- conditions ------------------------------------------------------------------------------------------
    def _condition(
        self,
        condition,
        path: str,
        group: FieldDefinition | None = None,
        beside: Mapping[str, FieldDefinition] = EMPTY,
    ) -> Iterator[DefinitionFault]:
        for key in condition_fields(condition):
            if key not in beside and not self._asked(key, group):
                yield DefinitionFault(
                    ERROR, path, _("The condition looks at “%(key)s”, which is not asked.") % {"key": key}
                )
        for row in comparisons(condition):
            field = beside.get(row["field"]) or self.definition.fields.get(row["field"])
            yield from self._comparison(row, field, path)

    def _never(self, condition) -> bool:
        """Return whether a condition requires two different answers to a question with a single answer."""
        return never_holds(condition, lambda key: self._is_picked(self.definition.fields.get(key)))

    def _is_picked(self, field: FieldDefinition | None) -> bool:
        """Return whether the question has exactly one of several answers."""
        return field is not None and field_types[field.type].comparison_of(field) in ("option", "yes_no")

    def _comparison(self, row: dict, field: FieldDefinition | None, path: str) -> Iterator[DefinitionFault]:
        operator, value = row["operator"], row.get("value")
        if field is None:
            return
        if not _fits(operator, value, field):
            yield DefinitionFault(
                WARNING, path, _("The comparison does not fit “%(key)s”.") % {"key": field.key}
            )
        if operator in WITHOUT_VALUE or isinstance(value, dict):
            return
        if field.options and operator in CHOOSING:
            yield from self._options_compared(field, value if isinstance(value, list) else [value], path)
        if operator in ("before", "after") and parse_day(value, ANY_DAY) is None:
            yield DefinitionFault(ERROR, path, _("“%(value)s” is not a date.") % {"value": value})
        if operator in ("age_gte", "age_lt") and parse_number(value) is None:
            yield DefinitionFault(ERROR, path, _("An age is a number of years."))

    def _options_compared(self, field: FieldDefinition, values: list, path: str) -> Iterator[DefinitionFault]:
        listed = {option.value for option in field.options} | self.lost
        for one in values:
            if one not in listed and not self.blind:
                yield DefinitionFault(
                    ERROR,
                    path,
                    _("“%(value)s” is not an option of “%(key)s”.") % {"value": one, "key": field.key},
                )

    def _circles(self) -> Iterator[DefinitionFault]:
        """Report questions that depend on each other, by conditions or options: they cannot be evaluated."""
        looks_at = {
            field.key: {*field_dependencies(field, step.condition)}
            for step in self.definition.steps
            for field in _flat(step.fields)
        }
        settled: set[str] = set()
        for key in looks_at:
            if _reaches_itself(key, looks_at, settled):
                yield DefinitionFault(
                    ERROR, f"field.{key}", _("The question depends on itself, through other questions.")
                )

    # -- other -----------------------------------------------------------------------------------------------
    def _fee(self, fee: FeeDefinition) -> Iterator[DefinitionFault]:
        path = f"fee.{fee.key}"
        yield from self._condition(fee.condition, path)
        yield from self._condition(fee.exempt, path)
        written = next(one for one in self.definition.content["fees"] if one["key"] == fee.key)
        if ("amount" in written) == bool(fee.entry) and not self._left_out(fee.key):
            yield DefinitionFault(
                ERROR, path, _("Enter an amount, or choose a fee schedule entry, but not both.")
            )
        if fee.quantity and not self._asked(fee.quantity):
            yield DefinitionFault(
                ERROR, path, _("The fee counts “%(key)s”, which is not asked.") % {"key": fee.quantity}
            )
        elif fee.quantity and not self._counts(fee.quantity):
            message = _(
                "The fee counts “%(key)s”, but its answer is not a number. The fee would never be due."
            )
            yield DefinitionFault(WARNING, path, message % {"key": fee.quantity})

    def _counts(self, key: str) -> bool:
        """Return whether an answer can be used as a number."""
        field = self.definition.fields[key]
        return field_types[field.type].comparison_of(field) not in (
            "parts",
            "given",
            "date",
            "time",
        )

    def _settings(self) -> Iterator[DefinitionFault]:
        if not self.definition.steps and self.whole:
            yield DefinitionFault(ERROR, "steps", _("The form has no step."))
        yield from self._applicant(self.definition.settings.get("applicant", {}))
        for key, settings in self.definition.settings.get("limits", {}).items():
            for message in request_limits[key].faults(settings):
                yield DefinitionFault(ERROR, f"settings.limits.{key}", message)
        if not self.definition.settings.get("team"):
            yield DefinitionFault(ABSENT, "settings.team", _("No team treats these requests."))

    def _applicant(self, applicant: dict) -> Iterator[DefinitionFault]:
        path, email = "settings.applicant", applicant.get("email", "")
        others = [applicant.get(name) for name in ("phone", "address", "consent")]
        for key in filter(None, [*applicant.get("name", []), email, *others]):
            if not self._asked(key):
                yield DefinitionFault(
                    ERROR, path, _("The applicant’s “%(key)s” is not asked.") % {"key": key}
                )
        if email in self.position and self.definition.fields[email].type != "email":
            message = _("The applicant’s “%(key)s” is not a question for an e-mail address.")
            yield DefinitionFault(ERROR, path, message % {"key": email})
        if not applicant.get("name"):
            yield DefinitionFault(WARNING, path, _("No answers are set as the applicant’s name."))
        if not email:
            yield DefinitionFault(WARNING, path, _("No answer is set as the applicant’s e-mail address."))

    # -- texts -----------------------------------------------------------------------------------------------
    def _texts(self) -> Iterator[DefinitionFault]:
        texts, own = self.definition.content["texts"], self.definition.source_language
        needed = dict.fromkeys(required_texts(self.definition))
        for path in needed if own in texts else ():
            if not texts[own].get(path) and path not in self.lost:
                yield DefinitionFault(ERROR, path, _("The text is missing."))
        for language, given in texts.items():
            if self.whole:
                yield from self._unused(given, language)
            if language != own:
                yield from self._untranslated(language)

    def _unused(self, given: dict, language: str) -> Iterator[DefinitionFault]:
        """Report texts that nothing in the form uses: they would be lost."""
        own = self.definition.content["texts"][self.definition.source_language]
        for path, text in given.items():
            if not self._has_place(path):
                yield DefinitionFault(ERROR, path, _("The form has no such text."), language)
            elif text and not own.get(path):
                yield DefinitionFault(ERROR, path, _("The form’s own language has no such text."), language)

    def _untranslated(self, language: str) -> Iterator[DefinitionFault]:
        texts = self.definition.content["texts"]
        for path, text in texts.get(self.definition.source_language, {}).items():
            if text and not texts[language].get(path):
                message = _("There is no translation into “%(language)s”.") % {"language": language}
                yield DefinitionFault(WARNING, path, message, language)

    def _has_place(self, path: str) -> bool:
        word, _dot, rest = path.partition(".")
        key, _dot, value = rest.partition(".")
        if word == "title":
            return True
        if word == "option":
            field = self.definition.fields.get(key)
            listed = {option.value for option in field.options} if field else set()
            return value in listed or value.removesuffix(".help") in listed
        if word == "field" and key in self.definition.fields:
            return value in field_type_blocks()[self.definition.fields[key].type].child_blocks
        return key in self._keyed[word]

    @cached_property
    def _keyed(self) -> dict[str, set[str]]:
        definition = self.definition
        return {
            "step": {step.key for step in definition.steps},
            "field": set(definition.fields),
            "check": {check.key for step in definition.steps for check in step.checks},
            "fee": {fee.key for fee in definition.fees},
            "stage": {stage.key for stage in definition.stages},
        }


def required_texts(definition: FormDefinition) -> Iterator[str]:
    """Yield the paths of the texts without which a form cannot be shown, in its order."""
    yield "title"
    for step in definition.steps:
        yield f"step.{step.key}.title"
        for field in _flat(step.fields):
            if field_types[field.type].asks:
                yield f"field.{field.key}.label"
            for option in field.options:
                yield f"option.{field.key}.{option.value}"
        for check in step.checks:
            yield f"check.{check.key}"
    for fee in definition.fees:
        yield f"fee.{fee.key}"


def _fits(operator: str, value, field: FieldDefinition) -> bool:
    """Return whether the comparison makes sense for answers of this type.

    Any two answers can be tested for equality.
    """
    fitting = COMPARISONS.get(field_types[field.type].comparison_of(field), {})
    return operator in fitting or (isinstance(value, dict) and operator in ("equals", "not_equals"))


def _may_stay_empty(field: FieldDefinition) -> bool:
    return not field.required and "required" in field_type_blocks()[field.type].child_blocks


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + "."


def _flat(fields: tuple[FieldDefinition, ...]) -> Iterator[FieldDefinition]:
    for field in fields:
        yield field
        yield from _flat(field.fields)


def _reaches_itself(start: str, needs: dict[str, set[str]], settled: set[str]) -> bool:
    """Return whether ``start`` is part of a cycle. Not recursive, because chains may be long."""
    seen: set[str] = set()
    waiting = list(needs.get(start, ()))
    while waiting:
        key = waiting.pop()
        if key == start:
            return True
        if key not in seen and key not in settled:
            seen.add(key)
            waiting += needs.get(key, ())
    settled.add(start)
    return False
