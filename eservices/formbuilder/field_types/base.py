"""Base class of field types, and their registry."""

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

# Headings under which the editor lists the types.
TEXTS, TIMES, CHOICES = _("Texts and numbers"), _("Dates and times"), _("Choices and files")
PLACES, IDENTITY, LAYOUT = _("Places"), _("People and companies"), _("Layout, groups and sums")

ABSENT, WARNING = "absent", "warning"  # severities of the linter
UNREADABLE = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError)
MASK = "•••••"


def register_field_type[Type: type["FieldType"]](cls: Type) -> Type:
    """Register an instance of the decorated class under the class's ``key``."""
    field_types.register(cls.key)(cls())
    return cls


@dataclass(frozen=True)
class InputPart:
    """An input of an answer with several inputs. ``group``: the larger part to which it belongs, if there is one."""

    name: str
    label: str
    width: str = ""  # CSS class for the length of the answer
    optional: bool = False
    mode: str = ""  # keyboard mode
    group: str = ""
    options: tuple[tuple[str, str], ...] = ()  # value and label: chosen instead of typed


# Autocomplete tokens of the parts of an answer, by the token of the whole.
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
    """Return the autocomplete token of a part of an answer with this ``token``."""
    return TOKENS.get(token, {}).get(part, "")


class FieldType:
    """A field type: the editor's settings, the applicant's input, and the display of an answer.

    Subclasses set ``key``, ``label`` and ``icon`` (Wagtail's), name their ``form_class``, and override what differs.
    """

    key: str
    label: str
    says = ""  # explanation for the editor
    group = TEXTS  # heading under which the editor lists it
    icon = "edit"
    form_class: type[forms.Field] | None = fields.LineField  # None: nothing is asked
    template = "formbuilder/fields/line.html"
    compares = "text"  # how conditions compare an answer: a key of blocks.COMPARISONS
    autocomplete = ""  # the token if the editor sets none
    asks = True  # False for static text: no answer
    costs = False  # whether an answer has its own price: see ``charges``
    correctable = True  # whether agents may correct an answer separately
    in_groups = True  # whether it is allowed in the rows of a repeating group
    typed = True  # False for an answer that is computed from others
    has_options = False
    one_of_list = False  # whether one answer is chosen from a list, whoever wrote the list
    columns: tuple[str, ...] = ()  # of an answer that is an object: its parts, in the order of an export
    input_type = "text"
    input_mode = ""
    width = ""  # CSS class for the length of the answer
    example: dict = {}  # additional data of a question for the editor's preview
    # sample answers, by which the linter recognizes patterns that reimplement this type
    written: tuple[str, ...] = ()

    def comparison_of(self, field: FieldDefinition) -> str:
        """Return how conditions compare the answer to a question: a key of ``blocks.COMPARISONS``."""
        return self.compares

    # -- for the editor --------------------------------------------------------------------------------------
    def settings_blocks(self) -> list[tuple[str, blocks.Block]]:
        """Return the editor's settings for this type only. Empty values are left out of the definition."""
        return []

    def block(self) -> blocks.StructBlock:
        """Return the editor's block: the settings of all questions, and those of this type."""
        return field_block(self)

    def compile(self, value) -> dict:
        """Return the question's JSON in a definition, from the value of its block."""
        return field_content(self, value)

    def settings_faults(self, field: FieldDefinition) -> Iterable[str]:
        """Return what is wrong with a question's settings, as texts for the linter."""
        return []

    def lint_advice(self, field: FieldDefinition, definition: FormDefinition) -> Iterable[str]:
        """Return what would inconvenience applicants, as texts for the linter."""
        return []

    def commune_problems(
        self, field: FieldDefinition, definition: FormDefinition, today: date
    ) -> Iterable[tuple[str, str]]:
        """Return settings that do not fit this commune, or not now: a severity of the linter, and a text."""
        return []

    # -- for the applicant -----------------------------------------------------------------------------------
    def form_field(
        self,
        field: FieldDefinition,
        definition: FormDefinition,
        language: str,
        options: Iterable[OptionDefinition] | None = None,
    ) -> forms.Field | None:
        """Return the Django form field; None if nothing is asked. ``options``: those that can be chosen now."""
        return self.form_class(required=field.required, **self.arguments(field)) if self.form_class else None

    def arguments(self, field: FieldDefinition) -> dict:
        """Return the arguments of the form field from the question's settings."""
        return {}

    def inputs(self, field: FieldDefinition) -> tuple[InputPart, ...]:
        """Return the inputs of an answer that has several, in the order of the page; else ()."""
        return ()

    def initial_parts(self, field: FieldDefinition) -> dict[str, str]:
        """Return what is already in the inputs of an answer that has several, before anything is typed."""
        return {}

    def is_browsed(self, name: str, data) -> bool:
        """Return whether a button within the question was pressed, so that the page is shown again."""
        return False

    def to_json(self, value):
        """Convert a cleaned value to an answer."""
        return None if value in ("", None, [], {}) else value

    def from_json(self, answer):
        """Convert an answer to the initial value of the form field: the value, or its parts."""
        return answer

    def to_data(self, name: str, answer) -> dict:
        """Return an answer as it would be posted, so that stored answers can be checked again."""
        value = self.from_json(answer)
        if isinstance(value, dict):
            return {f"{name}-{part}": text for part, text in value.items()}
        return {} if value is None else {name: value}

    # -- for the payer ---------------------------------------------------------------------------------------
    def charges(
        self, field: FieldDefinition, answers: dict, definition: FormDefinition, language: str, today: date
    ):
        """Return the price of an answer itself, beside the fees of the form: lines as in ``fee_breakdown``."""
        return []

    # -- for readers -----------------------------------------------------------------------------------------
    def display(self, answer, field: FieldDefinition, definition: FormDefinition, language: str) -> str:
        """Return the answer as plain text in ``language``, possibly of several lines; "" if there is none.

        The same on the review page, the status page, the case page and in documents. Never raises.
        """
        if answer is None:
            return ""
        with override(language):
            try:
                return self.answer_text(answer, field, definition, language)
            except UNREADABLE:
                # An answer of another type is shown rather than hidden.
                return str(answer)

    def answer_text(self, answer, field: FieldDefinition, definition: FormDefinition, language: str) -> str:
        return str(answer)

    def typos(self, answer, field: FieldDefinition, given: dict) -> list[str]:
        """Return what was perhaps mistyped in a correct answer, in the active language. Refuses nothing.

        ``given``: the other answers.
        """
        return []

    def remarks(self, field: FieldDefinition, answer, submission) -> list[str]:
        """Return remarks on an answer for its readers: what changed since it was sent, what is to be checked."""
        return []

    def has_known_parts(self, field: FieldDefinition) -> bool:
        """Return whether the commune knows more about an answer: see ``parts_of_answer``."""
        return False

    def parts_of_answer(self, field: FieldDefinition) -> dict[str, str]:
        """Return the parts of an answer that formulas can use as ``QUESTION.PART``: key and label."""
        return {}

    def export_value(self, answer, field: FieldDefinition, definition: FormDefinition, language: str) -> dict:
        """Return the answer as columns of a table: name → text, number or bool, "" if there is none.

        The columns are the same for every answer; secret answers are masked. Never raises.
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
        """Return one cell per column: a plain answer as it is, else its text."""
        if self.columns:
            return ["" if (cell := answer.get(part)) is None else cell_text(cell) for part in self.columns]
        if isinstance(answer, str | int | float):
            return [answer]
        return [self.answer_text(answer, field, definition, language)]


def cell_text(cell):
    """Return a part of an answer as a cell."""
    return cell if isinstance(cell, str | int | float) else str(cell)


def answer_text(field: FieldDefinition, answer, definition: FormDefinition, language: str) -> str:
    """Return an answer as plain text in ``language``, also if the app of its type is not installed."""
    kind = field_types.get(field.type)
    if kind is None:
        return "" if answer is None else str(answer)
    return kind.display(answer, field, definition, language)


def answer_typos(field: FieldDefinition, answer, given: dict) -> list[str]:
    """Return what was perhaps mistyped, in the active language; [] if there is no answer or its type is missing."""
    return field_types[field.type].typos(answer, field, given) if answer and field.type in field_types else []


def answer_remarks(field: FieldDefinition, answer, submission) -> list[str]:
    """Return the remarks on an answer, in the active language; [] if its type is not installed."""
    return field_types[field.type].remarks(field, answer, submission) if field.type in field_types else []


def answer_text_unless_secret(
    field: FieldDefinition, answer, definition: FormDefinition, language: str
) -> str:
    """Return the text of an answer for places with more readers: a secret answer is masked."""
    return (
        MASK
        if field.secret and answer is not None
        else answer_text(field, masked_rows(field, answer), definition, language)
    )


def mask_secrets(field: FieldDefinition, answer):
    """Return a stored answer with what is secret of it masked, in rows of groups too."""
    return MASK if field.secret and answer is not None else masked_rows(field, answer)


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
    """Return an answer of any type as columns of a table."""
    kind = field_types.get(field.type)
    if kind is None:
        return {field.key: answer_text_unless_secret(field, answer, definition, language)}
    return kind.export_value(answer, field, definition, language)


def whole_number(value) -> int | None:
    """Return a setting as an int, or None."""
    found = parse_number(value)
    return int(found) if found is not None and abs(found) < 10**9 else None
