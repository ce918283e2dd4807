"""A form as portable data: its questions, its fees and its process. Pure.

The JSON format is described in ``docs/service-definition.md``. Texts are separate from the structure, under ``texts:
{language: {path: text}}``; keys of steps, fields, fees and stages are unique in a definition.
"""

import hashlib
import json
from collections.abc import Container
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

FORMAT = 1
KEY_PATTERN = r"[a-z][a-z0-9_]{0,59}"
# Names of inputs and buttons on the page of a form, and of properties of a form in browsers: no keys of questions.
RESERVED_KEYS = frozenset(
    (
        *("action", "dataset", "elements", "enctype", "id", "method", "submit"),
        *("add_row", "back", "declared", "files_of", "go_to", "held", "later", "remove_file", "remove_row"),
        "sign_in",
        *("csrfmiddlewaretoken", "website"),
    )
)


@dataclass(frozen=True)
class OptionDefinition:
    """A possible answer of a choice field."""

    value: str
    condition: dict | None = None


@dataclass(frozen=True)
class FieldDefinition:
    """A question, or static text. ``settings``: those of its type (min, max, pattern, …).

    ``table``: key of the reference table that provides the options, instead of ``options``. ``prefill``: key of its
    prefill source. ``retention``: days after the case is closed until the answer is erased, 0 if it is erased with the
    case. ``secret``: never shown in lists, e-mails or exports.
    """

    key: str
    type: str
    required: bool = False
    condition: dict | None = None
    options: tuple[OptionDefinition, ...] = ()
    fields: tuple["FieldDefinition", ...] = ()  # of a repeating group
    autocomplete: str = ""
    personal: bool = False
    searchable: bool = False
    secret: bool = False
    prefill: str = ""
    retention: int = 0
    table: str = ""
    settings: dict = field(default_factory=dict)


@dataclass(frozen=True)
class ValidationRule:
    """A condition over several answers; if it does not hold, its message is shown."""

    key: str
    condition: dict


@dataclass(frozen=True)
class StepDefinition:
    """A step of a form: one topic on one page."""

    key: str
    fields: tuple[FieldDefinition, ...] = ()
    condition: dict | None = None
    checks: tuple[ValidationRule, ...] = ()


@dataclass(frozen=True)
class FeeDefinition:
    """A fee: ``amount`` in minor units, times the answer to ``quantity`` if given.

    The amount includes value-added tax at ``vat`` per cent ("8.1"); "" if it is outside the scope of the tax.
    ``entry``: key in the commune's fee schedule, which then determines amount and tax; ``since`` is the day from which
    they apply, once they are looked up: see ``price_list``. If ``exempt`` holds, the line is listed and costs nothing.
    """

    key: str
    amount: int = 0
    quantity: str = ""
    vat: str = ""
    condition: dict | None = None
    entry: str = ""
    since: str = ""
    exempt: dict | None = None

    @property
    def has_price(self) -> bool:
        """True if the amount is known: an entry of the schedule has none before its price is looked up."""
        return not self.entry or bool(self.since)


@dataclass(frozen=True)
class StageDefinition:
    """A stage of the process as the editor set it. ``type`` is the key of a stage in the registry."""

    key: str
    type: str
    settings: dict = field(default_factory=dict)
    condition: dict | None = None


class FormDefinition:
    """A read-only view of a definition's JSON."""

    def __init__(self, content: dict):
        self.content = content

    @cached_property
    def steps(self) -> tuple[StepDefinition, ...]:
        return tuple(
            StepDefinition(
                key=step["key"],
                fields=tuple(_field(field) for field in step.get("fields", [])),
                condition=step.get("condition"),
                checks=tuple(ValidationRule(**check) for check in step.get("checks", [])),
            )
            for step in self.content["steps"]
        )

    @cached_property
    def stages(self) -> tuple[StageDefinition, ...]:
        return tuple(StageDefinition(**stage) for stage in self.content.get("stages", []))

    @cached_property
    def fees(self) -> tuple[FeeDefinition, ...]:
        return tuple(FeeDefinition(**fee) for fee in self.content.get("fees", []))

    def asks_for(self, kind: str) -> bool:
        """Return whether any of its questions is of this type."""
        return any(field.type == kind for field in self.fields.values())

    @cached_property
    def fields(self) -> dict[str, FieldDefinition]:
        """Every question by key, those inside groups included."""
        found: dict[str, FieldDefinition] = {}

        def collect(fields: tuple[FieldDefinition, ...]) -> None:
            for one in fields:
                found[one.key] = one
                collect(one.fields)

        for step in self.steps:
            collect(step.fields)
        return found

    @property
    def settings(self) -> dict:
        """The settings of the whole service, such as the team and the days until the answer."""
        return self.content.get("settings", {})

    @property
    def source_language(self) -> str:
        return self.content["language"]

    @property
    def digest(self) -> str:
        return content_digest(self.content)

    def text(self, path: str, language: str) -> str:
        """Return the text at ``path`` in ``language``, else in the form's own language, else ""."""
        texts = self.content["texts"]
        return texts.get(language, {}).get(path) or texts.get(self.source_language, {}).get(path, "")

    def open_answers(self, answers: dict) -> dict:
        """Return ``answers`` without the secret ones, in rows of groups too."""
        found = {}
        for key, answer in answers.items():
            field = self.fields.get(key)
            if field and field.secret:
                continue
            if field and field.fields and isinstance(answer, list):
                found[key] = [self.open_answers(row) for row in answer if isinstance(row, dict)]
            else:
                found[key] = answer
        return found

    def title(self, language: str) -> str:
        return self.text("title", language)

    def at_prices(self, fees: tuple[FeeDefinition, ...]) -> "FormDefinition":
        """Return a copy of the form with these fees."""
        twin = copy(self)
        twin.fees = fees
        return twin

    def step(self, key: str) -> StepDefinition | None:
        return next((step for step in self.steps if step.key == key), None)


def drop_answers(answers: dict, keys: Container[str]) -> dict:
    """Return ``answers`` without those to the questions ``keys``, in rows of groups too."""
    return {key: _rows_without(answer, keys) for key, answer in answers.items() if key not in keys}


def _rows_without(answer, keys: Container[str]):
    if not isinstance(answer, list):
        return answer
    return [drop_answers(row, keys) if isinstance(row, dict) else row for row in answer]


def content_digest(content: dict) -> str:
    """Return the SHA-256 of the canonical JSON, so that the same content always has the same digest."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _field(content: dict) -> FieldDefinition:
    return FieldDefinition(
        **content
        | {
            "options": tuple(OptionDefinition(**option) for option in content.get("options", [])),
            "fields": tuple(_field(one) for one in content.get("fields", [])),
        }
    )
