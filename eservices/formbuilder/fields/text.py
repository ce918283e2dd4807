"""Form fields for texts: lines, paragraphs, e-mail and web addresses, telephone numbers."""

import re

import phonenumbers
import regex
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from eservices.accounts.fields import EmailAddressFormField
from home.localization.phone_numbers import phones_in_text
from home.validators import LENGTHS, validate_no_control

from .base import MISSING, field_error

MAX_LINE_LENGTH = 200
MAX_TEXT_LENGTH = 5000
MATCH_TIMEOUT = 0.1  # seconds


class LineField(forms.CharField):
    """A single line of text. If only spaces keep a number from matching the pattern, they are removed.

    Points and hyphens stay: “12.5” is not 125.
    """

    default_error_messages = LENGTHS | {"required": MISSING}

    def __init__(self, *, max_length=None, min_length=None, pattern: str = "", **kwargs):
        super().__init__(max_length=max_length or MAX_LINE_LENGTH, min_length=min_length, **kwargs)
        self.pattern = pattern

    def to_python(self, value):
        text = super().to_python(value)
        if not self.pattern or matches_pattern(self.pattern, text) or not re.search("[0-9]", text):
            return text
        compact = "".join(text.split())
        return compact if matches_pattern(self.pattern, compact) else text

    def validate(self, value):
        super().validate(value)
        if value and self.pattern and not matches_pattern(self.pattern, value):
            raise ValidationError(_("This does not have the form that is expected here."), code="pattern")


class TextField(forms.CharField):
    """Several lines of text. A line end is one character, so that lengths are what people count."""

    default_error_messages = LENGTHS | {"required": MISSING}

    def __init__(self, *, max_length=None, min_length=None, **kwargs):
        super().__init__(max_length=max_length or MAX_TEXT_LENGTH, min_length=min_length, **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


class EmailField(EmailAddressFormField):
    default_validators = [*EmailAddressFormField.default_validators, validate_no_control]
    default_error_messages = LENGTHS | {
        "required": MISSING,
        "invalid": _("This is not an e-mail address. It has the form name@example.ch."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=254, **kwargs)


class URLField(forms.URLField):
    default_error_messages = LENGTHS | {
        "required": MISSING,
        "invalid": _("This is not a web address. It has the form www.example.ch."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=500, assume_scheme="https", **kwargs)

    def to_python(self, value):
        """Return the address. “http:/example.ch”, “www. example.ch” and “<example.ch>” are corrected."""
        typed = re.sub(r"[\s<>]", "", str(value or "")).replace("\\", "/")
        return super().to_python(re.sub(r"(?i)^(https?)(?::/*|//)(?=.)", r"\1://", typed))


class PhoneField(LineField):
    """A telephone number, national or with its country code; E.164 when clean."""

    default_error_messages = {
        "invalid": _("This number cannot be called. Check the digits, or add the country code: +33 …"),
        "several": _("There are two numbers. Write one."),
    }

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        if len(phones_in_text(value)) > 1:
            raise field_error(self, "several")
        number = _parsed_phone(value) or _parsed_phone(re.sub(r"\([^()\d]*\)|[^\d)]+$", "", value))
        if number is None:
            raise field_error(self, "invalid")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parsed_phone(text: str) -> phonenumbers.PhoneNumber | None:
    """Return a number that can exist; None if the text is none.

    Numbering plans change more often than this program, so that a number need not be assigned. But “079 123 45 6” would
    be read as a number that begins with 0, as they do in Italy only: it lacks a digit.
    """
    try:
        number = phonenumbers.parse(text, settings.COUNTRY)
    except phonenumbers.NumberParseException:
        return None
    lacks_digit = number.italian_leading_zero and not phonenumbers.is_valid_number(number)
    return number if phonenumbers.is_possible_number(number) and not lacks_digit else None


def matches_pattern(pattern: str, value: str) -> bool:
    """Return whether the value matches.

    True for a pattern that is invalid (the linter refuses it) or takes too long, so that an editor's mistake shuts out
    nobody.
    """
    try:
        return regex.fullmatch(pattern, value, timeout=MATCH_TIMEOUT) is not None
    except (regex.error, TimeoutError):
        return True
