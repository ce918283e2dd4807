"""Amounts of money: whole numbers of the smallest coin, everywhere but on the screen. Pure but for the form field."""

from collections.abc import Sequence

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_AMOUNT = 999_999_999  # 9,999,999.99: more is a slip of the finger


def split_proportionally(amount: int, weights: Sequence[int]) -> list[int]:
    """``amount`` in parts that stand to each other as ``weights``, to the coin: the parts add up to it.

    The coins that no part has a whole claim to go to those that come nearest, the first of equals first.
    """
    whole = sum(weights)
    if not whole:
        return [amount, *(0 for _weight in weights[1:])] if weights else []
    parts = [amount * weight // whole for weight in weights]
    rests = [amount * weight % whole for weight in weights]
    nearest = sorted(range(len(weights)), key=lambda place: -rests[place])
    for place in nearest[: amount - sum(parts)]:
        parts[place] += 1
    return parts


class AmountFormField(forms.DecimalField):
    """Typed as on a price tag, 15.50; answers minor units, 1550.

    As text: what browsers know of numbers refuses coins where no step is named, and the apostrophe and comma of a tag.
    """

    widget = forms.TextInput
    default_error_messages = {"invalid": _("Type an amount such as 15.50.")}

    def __init__(self, **kwargs):
        super().__init__(**{"min_value": 0, "max_digits": 9, "decimal_places": 2} | kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")

    def clean(self, value):
        if isinstance(value, str):
            value = "".join(value.split()).replace("’", "").replace("'", "").replace(",", ".")
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)

    def prepare_value(self, value):
        return f"{value / 100:.2f}" if isinstance(value, int) else value

    def has_changed(self, initial, data):
        try:
            return self.clean(data) != initial
        except forms.ValidationError:
            return True


class AmountField(models.PositiveIntegerField):
    """Minor units, never negative, typed with a decimal point."""

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": AmountFormField} | kwargs)
