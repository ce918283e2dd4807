"""Form field for numbers."""

import re
from decimal import Decimal, InvalidOperation

from django import forms
from django.utils.translation import gettext_lazy as _

from .base import MISSING, field_error


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
        written = re.sub(r"[\s'’`\u202f\u00a0]|CHF|EUR|Fr\.|€", "", "" if value is None else str(value))
        written = re.sub(r"\.?[-–—]+$", "", written) if re.match(r"\d", written) else written
        if not written:
            return None
        try:
            number = Decimal(written.replace(",", "."))
        except InvalidOperation:
            number = None
        if number is None or not re.fullmatch(r"[+-]?\d{1,15}([.,]\d{1,15})?", written):
            raise field_error(self, "invalid", example=self.example)
        return number

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
