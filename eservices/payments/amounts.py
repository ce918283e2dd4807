"""Amounts of money as integers in minor units, except on screen. Pure except for the form field."""

from collections.abc import Sequence

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_AMOUNT = 999_999_999  # 9,999,999.99; larger amounts are typing errors


def split_proportionally(amount: int, weights: Sequence[int]) -> list[int]:
    """Split ``amount`` in proportion to ``weights``, without losing a minor unit.

    Units that remain after rounding down go to the parts with the largest fractions, the first of equals first.
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
    """An amount entered as on a price tag, 15.50; cleaned to minor units, 1550.

    A text input, because number inputs of browsers refuse decimals unless a step is set, and the apostrophes and
    commas of price tags.
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
    """An amount in minor units, never negative, edited with a decimal point."""

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": AmountFormField} | kwargs)
