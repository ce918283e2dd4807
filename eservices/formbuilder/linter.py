"""What is wrong with a definition, found before a resident meets it. Total: takes any JSON, never raises."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from .blocks import KEY_PATTERN, TOKENS
from .definition import FORMAT, Definition, Field
from .field_types import field_types
from .logic.conditions import DEEPEST, OPERATORS, WITHOUT_VALUE, day, mentioned, number, rows
from .schema import shape_faults

ERROR, WARNING = "error", "warning"
ANY_DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. ``path`` as in the texts: ``step.KEY``, ``field.KEY``, ``fee.KEY``, …

    An *error* would fail a resident and is not published; a *warning* annoys.
    """

    level: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def errors(content) -> list[Fault]:
    """What forbids publication."""
    return [fault for fault in lint(content) if fault.level == ERROR]


def lint(content) -> list[Fault]:
    """All faults of a definition at once; only those of its shape where the shape is wrong."""
    wrong = [Fault(ERROR, path, message) for path, message in shape_faults(content)]
    if wrong:
        return wrong
    if content.get("format") != FORMAT:
        return [Fault(ERROR, "format", _("This format is not known here."))]
    return list(Linter(Definition(content)))


class Linter:
    """One look over a definition whose shape is right."""

    def __init__(self, definition: Definition):
        self.definition = definition
        self.position: dict[str, int] = {}  # in the order of the form
        for step in definition.steps:
            for field in step.fields:
                self.position.setdefault(field.key, len(self.position))

    def __iter__(self) -> Iterator[Fault]:
        yield from self._keys()
        yield from self._steps()
        yield from self._circles()
        yield from self._fees()
        yield from self._settings()
        yield from self._texts()

    # -- keys ------------------------------------------------------------------------------------------------
    def _keys(self) -> Iterator[Fault]:
        definition = self.definition
        fields = [field for step in definition.steps for field in _flat(step.fields)]
        checks = [check for step in definition.steps for check in step.checks]
        for word, things in (
            ("step", definition.steps),
            ("field", fields),
            ("check", checks),
            ("fee", definition.fees),
            ("stage", definition.stages),
        ):
            seen: set[str] = set()
            for thing in things:
                if not re.fullmatch(KEY_PATTERN, thing.key):
                    yield Fault(
                        ERROR, f"{word}.{thing.key}", _("A key has small letters, digits and _ only.")
                    )
                if thing.key in seen:
                    yield Fault(ERROR, f"{word}.{thing.key}", _("This key is used twice."))
                seen.add(thing.key)

    # -- steps and fields ------------------------------------------------------------------------------------
    def _steps(self) -> Iterator[Fault]:
        if not self.definition.steps:
            yield Fault(ERROR, "steps", _("The form has no step."))
        for step in self.definition.steps:
            path = f"step.{step.key}"
            if not step.fields:
                yield Fault(ERROR, path, _("The step asks nothing."))
            yield from self._condition(step.condition, path)
            own = {field.key for field in step.fields}
            if own.intersection(mentioned(step.condition)):
                yield Fault(
                    ERROR, path, _("The step depends on a question that stands in it: nobody reaches it.")
                )
            for field in step.fields:
                yield from self._field(field)
            for check in step.checks:
                yield from self._condition(check.condition, f"check.{check.key}")
                if check.condition is None:
                    yield Fault(ERROR, f"check.{check.key}", _("The check has no condition."))

    def _field(self, field: Field, group: Field | None = None) -> Iterator[Fault]:
        path = f"field.{field.key}"
        kind = field_types.get(field.type)
        if kind is None:
            yield Fault(ERROR, path, _("“%(type)s” is not a type of question.") % {"type": field.type})
            return
        yield from self._condition(field.condition, path, group)
        yield from self._options(field, kind, group)
        for message in kind.settings_faults(field):
            yield Fault(ERROR, path, message[:1].upper() + message[1:] + ".")
        if field.autocomplete and field.autocomplete not in dict(TOKENS):
            yield Fault(
                ERROR, path, _("“%(token)s” is not known to browsers.") % {"token": field.autocomplete}
            )
        if field.type == "group" and not field.fields:
            yield Fault(ERROR, path, _("The group asks nothing."))
        if field.fields and field.type != "group":
            yield Fault(ERROR, path, _("Only a group has questions inside."))
        for one in field.fields:
            if one.type in ("group", "files"):
                yield Fault(ERROR, f"field.{one.key}", _("A group holds neither groups nor files."))
            yield from self._field(one, group=field)

    def _options(self, field: Field, kind, group: Field | None) -> Iterator[Fault]:
        path = f"field.{field.key}"
        if kind.has_options and not field.options:
            yield Fault(ERROR, path, _("There is nothing to choose from."))
        if field.options and not kind.has_options:
            yield Fault(ERROR, path, _("Only a choice has options."))
        seen: set[str] = set()
        for option in field.options:
            if not option.value or len(option.value) > 100:
                yield Fault(ERROR, path, _("An option has no value, or one that is too long."))
            if option.value in seen:
                yield Fault(ERROR, path, _("The option “%(value)s” stands twice.") % {"value": option.value})
            seen.add(option.value)
            yield from self._condition(option.condition, f"option.{field.key}.{option.value}", group)

    # -- conditions ------------------------------------------------------------------------------------------
    def _condition(self, condition, path: str, group: Field | None = None) -> Iterator[Fault]:
        if condition is None:
            return
        if _depth(condition) > DEEPEST:
            yield Fault(ERROR, path, _("The condition is nested too deeply."))
        known = set(self.position) | ({one.key for one in group.fields} if group else set())
        for key in mentioned(condition):
            if key not in known:
                yield Fault(
                    ERROR, path, _("The condition looks at “%(key)s”, which is not asked.") % {"key": key}
                )
        for row in rows(condition):
            yield from self._comparison(row, path, group)

    def _comparison(self, row: dict, path: str, group: Field | None) -> Iterator[Fault]:
        operator, value = row.get("operator"), row.get("value")
        if not isinstance(row.get("field"), str) or operator not in OPERATORS:
            yield Fault(ERROR, path, _("A line of the condition is incomplete."))
            return
        field = self.definition.fields.get(row["field"])
        if field is None or operator in WITHOUT_VALUE or isinstance(value, dict):
            return
        if field.options and operator in ("equals", "not_equals", "in", "contains", "not_contains"):
            listed = {option.value for option in field.options}
            for one in value if isinstance(value, list) else [value]:
                if one not in listed:
                    yield Fault(
                        ERROR,
                        path,
                        _("“%(value)s” is not an option of “%(key)s”.") % {"value": one, "key": field.key},
                    )
        if operator in ("before", "after") and day(value, ANY_DAY) is None:
            yield Fault(ERROR, path, _("“%(value)s” is not a date.") % {"value": value})
        if operator in ("age_gte", "age_lt") and number(value) is None:
            yield Fault(ERROR, path, _("An age is a number of years."))

    def _circles(self) -> Iterator[Fault]:
        """Questions that depend on each other are never shown."""
        needs = {
            field.key: {*mentioned(field.condition), *mentioned(step.condition)}
            for step in self.definition.steps
            for field in step.fields
        }
        settled: set[str] = set()
        for key in needs:
            if _reaches_itself(key, needs, settled):
                yield Fault(ERROR, f"field.{key}", _("The question depends on itself, by way of others."))

    # -- the rest --------------------------------------------------------------------------------------------
    def _fees(self) -> Iterator[Fault]:
        for fee in self.definition.fees:
            path = f"fee.{fee.key}"
            yield from self._condition(fee.condition, path)
            if fee.amount < 0:
                yield Fault(ERROR, path, _("The amount is below zero."))
            if fee.quantity and fee.quantity not in self.position:
                yield Fault(
                    ERROR, path, _("It counts “%(key)s”, which is not asked.") % {"key": fee.quantity}
                )
        for stage in self.definition.stages:
            yield from self._condition(stage.condition, f"stage.{stage.key}")

    def _settings(self) -> Iterator[Fault]:
        settings = self.definition.settings
        applicant = settings.get("applicant") or {}
        for word in ("name", "email", "phone"):
            given = applicant.get(word) or []
            for key in given if isinstance(given, list) else [given]:
                if key not in self.position:
                    yield Fault(
                        ERROR,
                        "settings.applicant",
                        _("The applicant’s “%(key)s” is not asked.") % {"key": key},
                    )
        email = applicant.get("email")
        if (
            isinstance(email, str)
            and email in self.position
            and self.definition.fields[email].type != "email"
        ):
            yield Fault(
                ERROR,
                "settings.applicant",
                _("The applicant’s “%(key)s” is not a question for an e-mail address.") % {"key": email},
            )
        if not applicant.get("name"):
            yield Fault(
                WARNING, "settings.applicant", _("Nothing says which answers are the applicant’s name.")
            )
        if not applicant.get("email"):
            yield Fault(
                WARNING,
                "settings.applicant",
                _("Nothing says which answer is the applicant’s e-mail address."),
            )
        if not settings.get("team"):
            yield Fault(ERROR, "settings.team", _("No team treats these requests."))

    def _texts(self) -> Iterator[Fault]:
        needed = ["title"]
        for step in self.definition.steps:
            needed.append(f"step.{step.key}.title")
            needed += [f"check.{check.key}" for check in step.checks]
            for field in _flat(step.fields):
                kind = field_types.get(field.type)
                if kind is not None and kind.asks:
                    needed.append(f"field.{field.key}.label")
                needed += [f"option.{field.key}.{option.value}" for option in field.options]
        needed += [f"fee.{fee.key}" for fee in self.definition.fees]
        texts = self.definition.content["texts"]
        source = texts.get(self.definition.source_language, {})
        for path in needed:
            if not source.get(path):
                yield Fault(ERROR, path, _("The text is missing."))
        for language in texts:
            if language != self.definition.source_language:
                missing = [path for path in needed if not texts[language].get(path)]
                for path in missing:
                    yield Fault(
                        WARNING, path, _("Not translated into “%(language)s”.") % {"language": language}
                    )


def _flat(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _flat(field.fields)


def _depth(condition, so_far: int = 0) -> int:
    if not isinstance(condition, dict) or so_far > DEEPEST + 1:
        return so_far
    parts = next((condition[word] for word in ("all", "any") if word in condition), [])
    return max((_depth(one, so_far + 1) for one in parts if isinstance(parts, list)), default=so_far)


def _reaches_itself(start: str, needs: dict[str, set[str]], settled: set[str]) -> bool:
    """Whether ``start`` is part of a circle. Walks without recursion: chains may be long."""
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
