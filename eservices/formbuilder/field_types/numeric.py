"""Field types for numbers and amounts."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.localization.number_format import format_amount

from .. import fields
from ..logic.conditions import parse_number
from .base import FieldType, register_field_type


class Number(FieldType):
    """A number between two limits."""

    form_class = fields.NumberField
    places, sample, compares = 4, "12.5", "number"
    input_mode, width = "decimal", "w10"

    def settings_blocks(self):
        return [
            ("min", blocks.DecimalBlock(required=False, label=_("Least"))),
            ("max", blocks.DecimalBlock(required=False, label=_("Most"))),
        ]

    def arguments(self, field):
        return {
            "least": parse_number(field.settings.get("min")),
            "most": parse_number(field.settings.get("max")),
            "places": self.places,
            "example": self.sample,
        }

    def settings_faults(self, field):
        least, most = parse_number(field.settings.get("min")), parse_number(field.settings.get("max"))
        if least is not None and most is not None and least > most:
            yield gettext("the least is above the most")

    def to_json(self, value: Decimal | None):
        return None if value is None else format(value.normalize() + 0, "f")

    def answer_text(self, answer, field, definition, language):
        return format_number(answer)


@register_field_type
class DecimalNumber(Number):
    key, label, icon = "decimal", _("Number"), "decimal"
    says = _("Up to four digits after the decimal point.")
    written = ("12.5",)


@register_field_type
class Integer(Number):
    key, label, icon = "integer", _("Whole number"), "order"
    says = _("No decimal point, for example a number of people or an age.")
    places, sample, input_mode, width = 0, "3", "numeric", "w4"

    def to_json(self, value):
        return None if value is None else int(value)


@register_field_type
class Money(Number):
    """An amount in the commune's currency: "12.50"."""

    key, label, icon = "money", _("Amount of money"), "decimal"
    says = _("Amount in the commune’s currency.")
    places, sample = 2, "12.50"
    written = ("12.50",)

    def to_json(self, value):
        return None if value is None else format(value + 0, ".2f")

    def answer_text(self, answer, field, definition, language):
        return format_money(answer)


def format_number(answer) -> str:
    """Format a number in the active language. Raise ValueError if it is no number."""
    return number_format(_decimal(answer), use_l10n=True, force_grouping=True)


def format_money(answer) -> str:
    """Format an amount like prices, the same in every language. Raise ValueError if it is no number."""
    return format_amount(int(_decimal(answer) * 100))


def _decimal(answer) -> Decimal:
    found = parse_number(answer)
    if found is None:
        raise ValueError(answer)
    return found
