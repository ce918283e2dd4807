"""What every type of question is: the class to build on, and the registry that it is offered in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from wagtail import blocks

from home.extensions.registry import Registry

from .. import fields
from ..blocks import field_block, field_content
from ..definition import FieldDefinition, FormDefinition, OptionDefinition
from ..logic.conditions import parse_number

field_types: Registry["FieldType"] = Registry("field_types")

# Under these headings the editor finds the types.
TEXTS, TIMES, CHOICES = _("Texts and numbers"), _("Dates and times"), _("Choices and files")
PLACES, IDENTITY, LAYOUT = _("Places"), _("People and companies"), _("Layout, groups and sums")

ABSENT, WARNING = "absent", "warning"  # as the linter calls how bad something is
UNREADABLE = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError)
MASK = "•••••"


def register_field_type[Type: type["FieldType"]](cls: Type) -> Type:
    """Decorates a class: its only instance is offered under the class's ``key``."""
    field_types.register(cls.key)(cls())
    return cls


@dataclass(frozen=True)
class InputPart:
    """One input of an answer that is typed into several. ``group``: what it is a part of, where there is more."""

    name: str
    label: str
    width: str = ""  # class of the stylesheet: how long the answer is
    optional: bool = False
    mode: str = ""  # of the keyboard
    group: str = ""
    options: tuple[tuple[str, str], ...] = ()  # value and label: chosen instead of typed


# Tokens of the parts of an answer, by the token of the whole.
TOKENS = {
    "bday": {"day": "bday-day", "month": "bday-month", "year": "bday-year"},
    "street-address": {"street": "address-line1", "postcode": "postal-code", "town": "address-level2"},
    "name": {
        "salutation": "honorific-prefix",
        "first_name": "given-name",
        "last_name": "family-name",
        "born_day": "bday-day",
        "born_month": "bday-month",
        "born_year": "bday-year",
    },
}


def part_token(token: str, part: str) -> str:
    """What a browser fills into one part, where the whole is known by ``token``."""
    return TOKENS.get(token, {}).get(part, "")


class FieldType:
    """One kind of question: the editor's settings, what the applicant fills in, and how an answer is shown.

    Subclasses set ``key``, ``label`` and ``icon`` (Wagtail's), name their ``form_class``, and override what
    differs.
    """

    key: str
    label: str
    says = ""  # what it is for, for the editor
    group = TEXTS  # where the editor finds it
    icon = "edit"
    form_class: type[forms.Field] | None = fields.LineField  # None: nothing is asked
    template = "formbuilder/fields/line.html"
    compares = "text"  # how conditions look at an answer, for their editor: a key of blocks.COMPARISONS
    autocomplete = ""  # the token where the editor gives none
    asks = True  # False for static text: no answer
    costs = False  # whether an answer has a price of its own: see ``charges``
    correctable = True  # whether agents may put an answer right by itself
    in_groups = True  # whether it may be asked in the rows of a repeating group
    typed = True  # False for an answer that follows from others
    has_options = False
    columns: tuple[str, ...] = ()  # of an answer that is an object: its parts, as an export lays them out
    input_type = "text"
    input_mode = ""
    width = ""  # class of the stylesheet: how long the answer is
    example: dict = {}  # what a field needs, beside its key, to be shown to the editor
    written: tuple[str, ...] = ()  # answers as somebody would ask for them by a pattern instead

    # -- for the editor --------------------------------------------------------------------------------------
    def settings_blocks(self) -> list[tuple[str, blocks.Block]]:
        """What the editor sets for this type only. Empty values are left out of the definition."""
        return []

    def block(self) -> blocks.StructBlock:
        """The editor's block: what every question has, and this type's settings."""
        return field_block(self)

    def compile(self, value) -> dict:
        """The field's JSON in a definition, from the value of its block."""
        return field_content(self, value)

    def settings_faults(self, field: FieldDefinition) -> Iterable[str]:
        """What is wrong with a field's settings, in words, for the linter."""
        return []

    def advice(self, field: FieldDefinition, definition: FormDefinition) -> Iterable[str]:
        """What would annoy whoever fills it in, in words, for the linter."""
        return []

    def here(
        self, field: FieldDefinition, definition: FormDefinition, today: date
    ) -> Iterable[tuple[str, str]]:
        """What a field's settings name that does not fit this commune, or not now: a level of the linter, and words."""
        return []

    # -- for the applicant -----------------------------------------------------------------------------------
    def form_field(
        self,
        field: FieldDefinition,
        definition: FormDefinition,
        language: str,
        options: Iterable[OptionDefinition] | None = None,
    ) -> forms.Field | None:
        """The Django form field; None where nothing is asked. ``options``: those that may be chosen now."""
        return self.form_class(required=field.required, **self.arguments(field)) if self.form_class else None

    def arguments(self, field: FieldDefinition) -> dict:
        """What the field's settings say to its form field."""
        return {}

    def inputs(self, field: FieldDefinition) -> tuple[InputPart, ...]:
        """The inputs of an answer that is typed into several, in the order of the page; else none."""
        return ()

    def is_browsed(self, name: str, data) -> bool:
        """Whether a button within the question was pressed, to look at more of it, instead of going on."""
        return False

    def to_json(self, value):
        """The answer that a clean value is."""
        return None if value in ("", None, [], {}) else value

    def from_json(self, answer):
        """What the form field starts from: the value, or its parts."""
        return answer

    def to_data(self, name: str, answer) -> dict:
        """An answer as it would be posted, so that what is stored can be checked again."""
        value = self.from_json(answer)
        if isinstance(value, dict):
            return {f"{name}-{part}": text for part, text in value.items()}
        return {} if value is None else {name: value}

    # -- for who pays ----------------------------------------------------------------------------------------
    def charges(
        self, field: FieldDefinition, answers: dict, definition: FormDefinition, language: str, today: date
    ):
        """What an answer costs by itself, beside the fees of the form: lines as ``formbuilder.bill`` writes them."""
        return []

    # -- for whoever reads it --------------------------------------------------------------------------------
    def display(self, answer, field: FieldDefinition, definition: FormDefinition, language: str) -> str:
        """The answer as plain text in ``language``, lines apart by ``\\n``; empty where there is none.

        The same on the review page, the status page, the agent's screen and in documents. Never raises.
        """
        if answer is None:
            return ""
        with override(language):
            try:
                return self.words(answer, field, definition, language)
            except UNREADABLE:
                return str(answer)  # not an answer of this type: show it rather than hide it

    def words(self, answer, field: FieldDefinition, definition: FormDefinition, language: str) -> str:
        return str(answer)

    def remarks(self, field: FieldDefinition, submission) -> list[str]:
        """What became since of what was answered in a request that was sent, line by line."""
        return []

    def export_value(self, answer, field: FieldDefinition, definition: FormDefinition, language: str) -> dict:
        """The answer as columns of a table: name → text, number or truth, empty text where there is none.

        The same columns whatever the answer; what is secret stays so. Never raises.
        """
        names = [f"{field.key}.{part}" for part in self.columns] or [field.key]
        cells = [""] * len(names)
        if answer is not None and field.secret:
            cells[0] = MASK
        elif answer is not None:
            answer = masked_rows(field, answer)
            with override(language):
                try:
                    cells = self.cells(answer, field, definition, language)
                except UNREADABLE:
                    cells[0] = str(answer)
        return dict(zip(names, cells, strict=True))

    def cells(self, answer, field: FieldDefinition, definition: FormDefinition, language: str) -> list:
        """One per column: an answer as it is where it is plain, else its words."""
        if self.columns:
            return ["" if (cell := answer.get(part)) is None else cell_text(cell) for part in self.columns]
        if isinstance(answer, str | int | float):
            return [answer]
        return [self.words(answer, field, definition, language)]


def cell_text(cell):
    """A part of an answer as a cell."""
    return cell if isinstance(cell, str | int | float) else str(cell)


def answer_text(field: FieldDefinition, answer, definition: FormDefinition, language: str) -> str:
    """An answer as plain text in ``language``, whatever its type, also one whose app is gone."""
    kind = field_types.get(field.type)
    if kind is None:
        return "" if answer is None else str(answer)
    return kind.display(answer, field, definition, language)


def answer_remarks(field: FieldDefinition, submission) -> list[str]:
    """What became since of an answer, in the language at hand; nothing where no installed app knows its type."""
    return field_types[field.type].remarks(field, submission) if field.type in field_types else []


def answer_text_unless_secret(
    field: FieldDefinition, answer, definition: FormDefinition, language: str
) -> str:
    """As ``display``, for places that more people see: of a secret answer only that there is one."""
    return (
        MASK
        if field.secret and answer is not None
        else answer_text(field, masked_rows(field, answer), definition, language)
    )


def masked_rows(field: FieldDefinition, answer):
    """Return the rows of a repeating group with secret answers masked; any other answer as it is."""
    secret = {one.key for one in field.fields if one.secret}
    if not secret or not isinstance(answer, list):
        return answer
    rows = (row for row in answer if isinstance(row, dict))
    return [
        {key: MASK if key in secret and one is not None else one for key, one in row.items()} for row in rows
    ]


def answer_columns(field: FieldDefinition, answer, definition: FormDefinition, language: str) -> dict:
    """An answer as columns of a table, whatever its type."""
    kind = field_types.get(field.type)
    if kind is None:
        return {field.key: answer_text_unless_secret(field, answer, definition, language)}
    return kind.export_value(answer, field, definition, language)


def whole_number(value) -> int | None:
    """A whole number among settings, or None."""
    found = parse_number(value)
    return int(found) if found is not None and abs(found) < 10**9 else None
