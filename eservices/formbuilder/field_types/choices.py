"""Field types whose answers are chosen."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .. import fields
from ..definition import FieldDefinition, FormDefinition
from ..reference_tables import lookup
from .base import CHOICES, FieldType, register_field_type, whole_number

MANY_OPTIONS = 8  # from this number on a select instead of radio buttons
SEARCHED_OPTIONS = 20  # from this number on a select with a search
FIRST_OPTIONS = {"options": [{"value": "a"}, {"value": "b"}, {"value": "c"}]}


def option_label(field: FieldDefinition, value, definition: FormDefinition, language: str) -> str:
    """Return the label of an option, also of one that is not offered any more; its value if it has none."""
    if field.table:
        return lookup.option_label(field.table, value, language) or str(value)
    return definition.text(f"option.{field.key}.{value}", language) or str(value)


@register_field_type
class YesNo(FieldType):
    key, label, icon, compares = "yes_no", _("Yes or no"), "check", "yes_no"
    says = _("Two answers.")
    group, form_class = CHOICES, fields.YesNoField
    template = "formbuilder/fields/picks.html"

    def from_json(self, answer):
        return {True: "true", False: "false"}.get(answer) if isinstance(answer, bool) else None

    def answer_text(self, answer, field, definition, language):
        return gettext("Yes") if answer is True else gettext("No")


class ChoiceBase(FieldType):
    """A choice of one or several options that the editor lists, or of rows of a reference table."""

    group, has_options = CHOICES, True
    example = FIRST_OPTIONS

    def form_field(self, field, definition, language, options=None):
        choices = self.choices(field, definition, language, options)
        return self.form_class(required=field.required, choices=choices, **self.arguments(field))

    def choices(self, field: FieldDefinition, definition: FormDefinition, language: str, options=None):
        if field.table:
            return lookup.table_options(field.table, language)
        listed = field.options if options is None else options
        return [(option.value, option_label(field, option.value, definition, language)) for option in listed]

    def cells(self, answer, field, definition, language):
        return [self.answer_text(answer, field, definition, language)]


@register_field_type
class Choice(ChoiceBase):
    key, label, icon, compares = "choice", _("One choice from several"), "list-ul", "option"
    says = _("One answer from your list, or from the rows of a table.")
    form_class = fields.ChoiceField
    template = "formbuilder/fields/choice.html"
    one_of_list = True

    def answer_text(self, answer, field, definition, language):
        return option_label(field, answer, definition, language)


@register_field_type
class Choices(ChoiceBase):
    key, label, icon, compares = "choices", _("Several of a list"), "list-ul", "options"
    says = _("Any number of the answers you list.")
    form_class = fields.ChoicesField
    template = "formbuilder/fields/picks.html"

    def settings_blocks(self):
        return [
            ("min", blocks.IntegerBlock(required=False, min_value=1, label=_("At least"))),
            ("max", blocks.IntegerBlock(required=False, min_value=1, label=_("At most"))),
        ]

    def arguments(self, field):
        return {
            "least": whole_number(field.settings.get("min")),
            "most": whole_number(field.settings.get("max")),
        }

    def settings_faults(self, field):
        least, most = self.arguments(field).values()
        if least and most and least > most:
            yield gettext("the least is above the most")
        if least and field.options and least > len(field.options):
            yield gettext("more answers are demanded than there are")

    def to_json(self, value):
        return list(dict.fromkeys(value)) or None if value else None

    def from_json(self, answer):
        return [str(one) for one in answer] if isinstance(answer, list) else None

    def answer_text(self, answer, field, definition, language):
        return ", ".join(option_label(field, one, definition, language) for one in answer)


@register_field_type
class Consent(FieldType):
    key, label, icon, compares = "consent", _("Consent"), "check", "yes_no"
    says = _("A box to tick before going on.")
    group, form_class = CHOICES, fields.ConsentField
    template = "formbuilder/fields/consent.html"
    correctable = False

    def to_json(self, value):
        return bool(value)

    def to_data(self, name, answer):
        return {name: "on"} if answer is True else {}

    def answer_text(self, answer, field, definition, language):
        return gettext("Yes") if answer is True else gettext("No")
