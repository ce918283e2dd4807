"""The kinds of questions a form can ask. Any installed app may offer more in a file of this name.

An *answer* is JSON, as stored in drafts and submissions; ``None`` is "not answered". A *value* is what the
Django form field of a question makes of what was typed.
"""

import re
from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal

import phonenumbers
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from wagtail import blocks

from home.registry import Registry

from . import fields
from .blocks import FixedCharBlock, field_block, field_content
from .definition import Definition, Field, Option
from .logic.conditions import day, number

field_types: Registry["FieldType"] = Registry("field_types")


def field_type[Type: type["FieldType"]](cls: Type) -> Type:
    """Decorates a class: its only instance is offered under the class's ``key``."""
    field_types.register(cls.key)(cls())
    return cls


MANY_OPTIONS = 8  # from here on a list to choose from instead of radios


class FieldType:
    """One kind of question: the editor's settings, what the applicant fills in, and how an answer is shown.

    Subclasses set ``key``, ``label`` and ``icon`` (Wagtail's), and override what differs.
    """

    key: str
    label: str
    icon = "edit"
    template = "formbuilder/fields/line.html"
    autocomplete = ""  # the token where the editor gives none
    asks = True  # False for static text: no answer
    parts: tuple[str, ...] = ()  # of an answer that is typed into several inputs
    has_options = False
    input_type = "text"
    input_mode = ""
    width = ""  # class of the stylesheet: how long the answer is

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

    def settings_faults(self, field: Field) -> Iterable[str]:
        """What is wrong with a field's settings, in words, for the linter."""
        return []

    # -- for the applicant -----------------------------------------------------------------------------------
    def form_field(
        self, field: Field, definition: Definition, language: str, options: Iterable[Option] | None = None
    ) -> forms.Field | None:
        """The Django form field; None where nothing is asked. ``options``: those that may be chosen now."""
        return fields.LineField(required=field.required)

    def to_json(self, value):
        """The answer that a clean value is."""
        return None if value in ("", None, [], {}) else value

    def from_json(self, answer):
        """What the form field starts from: the value, or its parts."""
        return answer

    def to_data(self, name: str, answer) -> dict:
        """An answer as it would be posted, so that what is stored can be checked again."""
        value = self.from_json(answer)
        if not self.parts:
            return {} if value is None else {name: value}
        return {f"{name}-{part}": text for part, text in (value or {}).items()}

    # -- for whoever reads it --------------------------------------------------------------------------------
    def display(self, answer, field: Field, definition: Definition, language: str) -> str:
        """The answer as plain text in ``language``, lines apart by ``\\n``; empty where there is none.

        The same on the review page, the status page, the agent's screen and in documents. Never raises.
        """
        if answer is None:
            return ""
        with override(language):
            try:
                return self.words(answer, field, definition, language)
            except (TypeError, ValueError, ArithmeticError, AttributeError, KeyError):
                return str(answer)  # not an answer of this type: show it rather than hide it

    def words(self, answer, field: Field, definition: Definition, language: str) -> str:
        return str(answer)


class Length:
    """Settings of types whose answers are text."""

    def settings_blocks(self):
        return [
            ("min_length", blocks.IntegerBlock(required=False, min_value=1, label=_("Shortest"))),
            ("max_length", blocks.IntegerBlock(required=False, min_value=1, label=_("Longest"))),
        ]

    def settings_faults(self, field):
        least, most = (_whole(field.settings.get(name)) for name in ("min_length", "max_length"))
        if least and most and least > most:
            yield gettext("the shortest length is above the longest")


@field_type
class ShortText(Length, FieldType):
    key, label, icon = "short_text", _("Short text"), "pilcrow"

    def settings_blocks(self):
        pattern = FixedCharBlock(required=False, label=_("Pattern"), help_text=_("A regular expression."))
        return [*super().settings_blocks(), ("pattern", pattern)]

    def form_field(self, field, definition, language, options=None):
        return fields.LineField(
            required=field.required,
            min_length=_whole(field.settings.get("min_length")),
            max_length=_whole(field.settings.get("max_length")),
            pattern=str(field.settings.get("pattern") or ""),
        )

    def settings_faults(self, field):
        yield from super().settings_faults(field)
        try:
            re.compile(str(field.settings.get("pattern") or ""))
        except re.error:
            yield gettext("the pattern is not a regular expression")


@field_type
class LongText(Length, FieldType):
    key, label, icon = "long_text", _("Long text"), "doc-full"
    template = "formbuilder/fields/text.html"

    def form_field(self, field, definition, language, options=None):
        return fields.TextField(
            required=field.required,
            min_length=_whole(field.settings.get("min_length")),
            max_length=_whole(field.settings.get("max_length")),
        )


@field_type
class Email(FieldType):
    key, label, icon = "email", _("E-mail address"), "mail"
    autocomplete, input_type = "email", "email"

    def form_field(self, field, definition, language, options=None):
        return fields.EmailField(required=field.required)


@field_type
class Phone(FieldType):
    key, label, icon = "phone", _("Telephone number"), "mobile-alt"
    autocomplete, input_type, width = "tel", "tel", "w10"

    def form_field(self, field, definition, language, options=None):
        return fields.PhoneField(required=field.required)

    def words(self, answer, field, definition, language):
        try:
            found = phonenumbers.parse(answer, settings.COUNTRY)
        except phonenumbers.NumberParseException:
            return str(answer)
        home = phonenumbers.region_code_for_number(found) == settings.COUNTRY
        form = phonenumbers.PhoneNumberFormat
        return phonenumbers.format_number(found, form.NATIONAL if home else form.INTERNATIONAL)


@field_type
class URL(FieldType):
    key, label, icon = "url", _("Web address"), "link"
    autocomplete, input_mode = "url", "url"

    def form_field(self, field, definition, language, options=None):
        return fields.URLField(required=field.required)


class Number(FieldType):
    """A number between two limits."""

    places, example = 4, "12.5"
    input_mode, width = "decimal", "w10"

    def settings_blocks(self):
        return [
            ("min", blocks.DecimalBlock(required=False, label=_("Least"))),
            ("max", blocks.DecimalBlock(required=False, label=_("Most"))),
        ]

    def form_field(self, field, definition, language, options=None):
        return fields.NumberField(
            required=field.required,
            least=number(field.settings.get("min")),
            most=number(field.settings.get("max")),
            places=self.places,
            example=self.example,
        )

    def settings_faults(self, field):
        least, most = number(field.settings.get("min")), number(field.settings.get("max"))
        if least is not None and most is not None and least > most:
            yield gettext("the least is above the most")

    def to_json(self, value: Decimal | None):
        return None if value is None else format(value.normalize() + 0, "f")

    def words(self, answer, field, definition, language):
        return number_format(Decimal(str(answer)), use_l10n=True, force_grouping=True)


@field_type
class DecimalNumber(Number):
    key, label, icon = "decimal", _("Number"), "decimal"


@field_type
class Integer(Number):
    key, label, icon = "integer", _("Whole number"), "order"
    places, example, input_mode, width = 0, "3", "numeric", "w4"

    def to_json(self, value):
        return None if value is None else int(value)


@field_type
class Money(Number):
    """An amount in the commune's currency: "12.50"."""

    key, label, icon = "money", _("Amount of money"), "decimal"
    places, example = 2, "12.50"

    def to_json(self, value):
        return None if value is None else format(value, ".2f")

    def words(self, answer, field, definition, language):
        amount = number_format(Decimal(str(answer)), decimal_pos=2, use_l10n=True, force_grouping=True)
        return f"{settings.CURRENCY} {amount}"


@field_type
class Day(FieldType):
    key, label, icon = "date", _("Date"), "calendar-alt"
    template = "formbuilder/fields/date.html"
    parts = fields.DateField.PARTS

    def settings_blocks(self):
        words = _("A date (2027-01-31), or counted from today: today, +30d, -2w, +6m, -18y.")
        return [
            (name, FixedCharBlock(required=False, label=label, help_text=words, max_length=12))
            for name, label in (("min", _("Earliest")), ("max", _("Latest")))
        ]

    def form_field(self, field, definition, language, options=None):
        today = timezone.localdate()
        return fields.DateField(
            required=field.required,
            least=day(field.settings.get("min"), today),
            most=day(field.settings.get("max"), today),
        )

    def settings_faults(self, field):
        for name in ("min", "max"):
            limit = field.settings.get(name)
            if limit not in (None, "") and day(limit, timezone.localdate()) is None:
                yield gettext("“%(limit)s” is not a date") % {"limit": limit}

    def to_json(self, value: date | None):
        return value.isoformat() if value else None

    def from_json(self, answer):
        try:
            found = date.fromisoformat(answer)
        except (TypeError, ValueError):
            return None
        return {"day": str(found.day), "month": str(found.month), "year": f"{found.year:04}"}

    def words(self, answer, field, definition, language):
        return date_format(date.fromisoformat(answer), "DATE_FORMAT")


@field_type
class Clock(FieldType):
    key, label, icon = "time", _("Time of day"), "time"
    width = "w4"

    def form_field(self, field, definition, language, options=None):
        return fields.TimeField(required=field.required)

    def to_json(self, value: time | None):
        return value.strftime("%H:%M") if value else None

    def words(self, answer, field, definition, language):
        return time_format(time.fromisoformat(answer), "TIME_FORMAT")


@field_type
class YesNo(FieldType):
    key, label, icon = "yes_no", _("Yes or no"), "check"
    template = "formbuilder/fields/picks.html"

    def form_field(self, field, definition, language, options=None):
        return fields.YesNoField(required=field.required)

    def from_json(self, answer):
        return {True: "true", False: "false"}.get(answer) if isinstance(answer, bool) else None

    def words(self, answer, field, definition, language):
        return gettext("Yes") if answer is True else gettext("No")


class Choosing(FieldType):
    """One or several of the options that the editor lists."""

    has_options = True

    def choices(self, field: Field, definition: Definition, language: str, options=None):
        listed = field.options if options is None else options
        return [(option.value, option_text(field, option.value, definition, language)) for option in listed]


@field_type
class Choice(Choosing):
    key, label, icon = "choice", _("One of several"), "list-ul"
    template = "formbuilder/fields/choice.html"

    def form_field(self, field, definition, language, options=None):
        choices = self.choices(field, definition, language, options)
        return fields.ChoiceField(required=field.required, choices=choices)

    def words(self, answer, field, definition, language):
        return option_text(field, answer, definition, language)


@field_type
class Choices(Choosing):
    key, label, icon = "choices", _("Several of a list"), "list-ul"
    template = "formbuilder/fields/picks.html"

    def settings_blocks(self):
        return [
            ("min", blocks.IntegerBlock(required=False, min_value=1, label=_("At least"))),
            ("max", blocks.IntegerBlock(required=False, min_value=1, label=_("At most"))),
        ]

    def form_field(self, field, definition, language, options=None):
        return fields.ChoicesField(
            required=field.required,
            choices=self.choices(field, definition, language, options),
            least=_whole(field.settings.get("min")),
            most=_whole(field.settings.get("max")),
        )

    def to_json(self, value):
        return list(dict.fromkeys(value)) or None if value else None

    def from_json(self, answer):
        return [str(one) for one in answer] if isinstance(answer, list) else None

    def words(self, answer, field, definition, language):
        return ", ".join(option_text(field, one, definition, language) for one in answer)


@field_type
class Files(FieldType):
    """Files. An answer lists them as ``{"id", "name", "size"}``; whoever stores them adds them to it."""

    key, label, icon = "files", _("Files"), "upload"
    template = "formbuilder/fields/files.html"
    KINDS = ("pdf", "jpg", "jpeg", "png", "heic", "webp", "docx", "odt", "xlsx", "ods")

    def settings_blocks(self):
        kinds = [(kind, kind.upper()) for kind in self.KINDS]
        return [
            ("max_files", blocks.IntegerBlock(required=False, min_value=1, max_value=20, label=_("At most"))),
            ("max_mb", blocks.IntegerBlock(required=False, min_value=1, label=_("Largest size in MB"))),
            ("accept", blocks.MultipleChoiceBlock(required=False, choices=kinds, label=_("Kinds of files"))),
        ]

    def form_field(self, field, definition, language, options=None):
        most = (_whole(field.settings.get("max_mb")) or 10_000) * 1024 * 1024
        accept = field.settings.get("accept") or self.KINDS[:6]
        return fields.FilesField(
            required=field.required,
            most=_whole(field.settings.get("max_files")) or 5,
            max_bytes=min(most, settings.UPLOAD_MAX_BYTES),
            extensions=tuple(str(kind).lower() for kind in accept),
        )

    def to_data(self, name, answer):
        return {}  # what is stored stands in the answer itself

    def settings_faults(self, field):
        accept = field.settings.get("accept") or []
        if not isinstance(accept, list) or any(kind not in self.KINDS for kind in accept):
            yield gettext("only these kinds of files can be asked for: %(kinds)s") % {
                "kinds": ", ".join(self.KINDS)
            }

    def words(self, answer, field, definition, language):
        return "\n".join(str(file["name"]) for file in answer)


@field_type
class Address(FieldType):
    """A postal address: ``{"street", "number", "extra", "postcode", "town"}``, without its empty parts."""

    key, label, icon = "address", _("Postal address"), "home"
    template = "formbuilder/fields/address.html"
    parts = fields.AddressField.PARTS

    def form_field(self, field, definition, language, options=None):
        return fields.AddressField(required=field.required)

    def from_json(self, answer):
        if not isinstance(answer, dict):
            return None
        return {part: str(answer.get(part) or "") for part in self.parts}

    def words(self, answer, field, definition, language):
        street = " ".join(filter(None, [answer.get("street"), answer.get("number")]))
        town = " ".join(filter(None, [answer.get("postcode"), answer.get("town")]))
        return ", ".join(filter(None, [answer.get("extra"), street, town]))


@field_type
class AVS(FieldType):
    key, label, icon = "avs", _("AVS number"), "user"
    input_mode, width = "numeric", "w10"

    def form_field(self, field, definition, language, options=None):
        return fields.AVSField(required=field.required)


@field_type
class IBAN(FieldType):
    key, label, icon = "iban", _("IBAN"), "clipboard-list"

    def form_field(self, field, definition, language, options=None):
        return fields.IBANField(required=field.required)

    def words(self, answer, field, definition, language):
        return iban.format(answer)


@field_type
class Plate(FieldType):
    key, label, icon = "plate", _("Vehicle plate"), "tag"
    width = "w10"

    def form_field(self, field, definition, language, options=None):
        return fields.PlateField(required=field.required)


@field_type
class Consent(FieldType):
    key, label, icon = "consent", _("Consent"), "check"
    template = "formbuilder/fields/consent.html"

    def form_field(self, field, definition, language, options=None):
        return fields.ConsentField(required=field.required)

    def to_json(self, value):
        return bool(value)

    def to_data(self, name, answer):
        return {name: "on"} if answer is True else {}

    def words(self, answer, field, definition, language):
        return gettext("Yes") if answer is True else gettext("No")


@field_type
class StaticText(FieldType):
    """A heading, an explanation or a notice between the questions."""

    key, label, icon = "static_text", _("Text"), "info-circle"
    template = "formbuilder/fields/static.html"
    asks = False

    def form_field(self, field, definition, language, options=None):
        return None


@field_type
class Group(FieldType):
    """The same questions several times: children, vehicles. An answer is a list of ``{key: answer}``."""

    key, label, icon = "group", _("Repeating group"), "duplicate"
    template = "formbuilder/fields/group.html"

    def settings_blocks(self):
        return [
            ("min", blocks.IntegerBlock(required=False, min_value=0, label=_("At least"))),
            ("max", blocks.IntegerBlock(required=False, min_value=1, max_value=50, label=_("At most"))),
        ]

    def form_field(self, field, definition, language, options=None):
        return None  # its rows are forms of their own: forms.Rows

    def limits(self, field: Field) -> tuple[int, int]:
        """How many rows there must and may be."""
        least = _whole(field.settings.get("min")) or (1 if field.required else 0)
        return least, max(least, min(_whole(field.settings.get("max")) or 10, 50))

    def words(self, answer, field, definition, language):
        return "\n".join(
            ", ".join(
                filter(None, (display(one, row.get(one.key), definition, language) for one in field.fields))
            )
            for row in answer
        )


def display(field: Field, answer, definition: Definition, language: str) -> str:
    """An answer as plain text in ``language``, whatever its type, also one whose app is gone."""
    kind = field_types.get(field.type)
    if kind is None:
        return "" if answer is None else str(answer)
    return kind.display(answer, field, definition, language)


def option_text(field: Field, value, definition: Definition, language: str) -> str:
    """The words of an option; its value where the form has none."""
    return definition.text(f"option.{field.key}.{value}", language) or str(value)


def _whole(value) -> int | None:
    found = number(value)
    return int(found) if found is not None and abs(found) < 10**9 else None
