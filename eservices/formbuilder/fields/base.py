"""Common parts of the form fields."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MISSING = _("This answer is missing.")


class PartsWidget(forms.Widget):
    """Several inputs of an answer, ``NAME-PART`` each: texts by part, or None if all are blank."""

    def __init__(self, parts: tuple[str, ...]):
        super().__init__()
        self.parts = parts

    def value_from_datadict(self, data, files, name):
        texts = {part: str(data.get(f"{name}-{part}") or "").strip() for part in self.parts}
        return texts if any(texts.values()) else None

    def value_omitted_from_data(self, data, files, name):
        return all(f"{name}-{part}" not in data for part in self.parts)


def field_error(field: forms.Field, code: str, **params) -> ValidationError:
    """Return the field's error with this ``code``; ``part`` among the params is the input that it concerns."""
    return ValidationError(field.error_messages[code], code=code, params=params)
