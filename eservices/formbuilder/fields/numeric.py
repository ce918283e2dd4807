"""Form field for numbers."""

import re
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from .base import MISSING, field_error

# Digits in groups: “1'234”; “1.234.567” and “1.234,50”; “1,234,567” and “1,234.50”. “1.234” alone is not one of them.
GROUPED = re.compile(
    r"^[+-]?\d{1,3}(?:(?:['’`]\d{3})+(?=[.,]|$)|(?:\.\d{3}){2,}(?=,|$)|(?:\.\d{3})+(?=,)|(?:,\d{3}){2,}(?=\.|$)|(?:,\d{3})+(?=\.))"
)
CURRENCY = r"(?:s?fr(?:s|anken|ancs?|anchi)?|chf|eur(?:os?)?|€)"


class NumberField(forms.Field):
    """A decimal number as people write it: 1'234.50, 1 234,50, CHF 12.–."""

    default_error_messages = {
        "required": MISSING,
        "invalid": _("Write a number in digits, for example %(example)s."),
        "min": _("The least possible is %(limit)s."),
        "max": _("The most possible is %(limit)s."),
        "places": _("At most %(places)s digits after the point."),
    }

    def __init__(self, *, least=None, most=None, places: int = 4, example: str = "12.5", **kwargs):
        super().__init__(widget=forms.TextInput, **kwargs)
        self.least, self.most, self.places, self.example = least, most, places, example

    def to_python(self, value):
        if value is None or not str(value).strip():
            return None
        written = _without_currency(str(value))
        if not re.fullmatch(r"[+-]?\d{1,15}([.,]\d{1,15})?", written):
            raise field_error(self, "invalid", example=self.example)
        return Decimal(written.replace(",", "."))

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if -value.normalize().as_tuple().exponent > self.places:
            code = "places" if self.places else "invalid"
            raise field_error(self, code, places=self.places, example=self.example)
        if self.least is not None and value < self.least:
            raise field_error(self, "min", limit=self.least)
        if self.most is not None and value > self.most:
            raise field_error(self, "max", limit=self.most)


def _without_currency(text: str) -> str:
    """Return a number without currency, spaces and signs that group digits: “CHF 1'234.–” is “1234”.

    “12 fr. 50” is “12.50”. “1.234” stays as it is: its point may divide decimals.
    """
    written = re.sub(r"\s", "", text).replace("−", "-")
    written = re.sub(rf"(?i)(?<=\d){CURRENCY}\.?(?=\d{{2}}$)", ".", written)
    written = re.sub(rf"(?i)^{CURRENCY}\.?|{CURRENCY}\.?$", "", written)
    written = re.sub(r"(?<=\d)\.?[-–—]+$", "", written)
    return GROUPED.sub(lambda match: re.sub(r"[.,'’`]", "", match[0]), written)
