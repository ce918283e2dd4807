"""Form fields that read what people really type, and say what to do where they cannot.

A ``ValidationError`` about one part of an answer (the year of a date) carries ``params={"part": "year"}``.
"""

import re
from datetime import date, time
from decimal import Decimal, InvalidOperation

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from stdnum import iban
from stdnum.ch import ssn
from stdnum.exceptions import ValidationError as WrongNumber

from home.validators import validate_no_control

MISSING = _("This answer is missing.")
LONGEST_LINE = 200
LONGEST_TEXT = 5000


class PartsWidget(forms.Widget):
    """An answer typed into several inputs, ``NAME-PART`` each: texts by part, or None if all are blank."""

    def __init__(self, parts: tuple[str, ...]):
        super().__init__()
        self.parts = parts

    def value_from_datadict(self, data, files, name):
        texts = {part: str(data.get(f"{name}-{part}") or "").strip() for part in self.parts}
        return texts if any(texts.values()) else None

    def value_omitted_from_data(self, data, files, name):
        return all(f"{name}-{part}" not in data for part in self.parts)


class LineField(forms.CharField):
    """One line of text."""

    default_error_messages = {"required": MISSING}

    def __init__(self, *, max_length=None, min_length=None, pattern: str = "", **kwargs):
        super().__init__(max_length=max_length or LONGEST_LINE, min_length=min_length, **kwargs)
        self.pattern = pattern

    def clean(self, value):
        value = super().clean(value)
        if value and self.pattern and not _matches(self.pattern, value):
            raise ValidationError(_("This does not have the form that is expected here."), code="pattern")
        return value


class TextField(forms.CharField):
    """Several lines of text. Line ends are one character, so that lengths are what people count."""

    default_error_messages = {"required": MISSING}

    def __init__(self, *, max_length=None, min_length=None, **kwargs):
        super().__init__(max_length=max_length or LONGEST_TEXT, min_length=min_length, **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


class EmailField(forms.EmailField):
    default_validators = [*forms.EmailField.default_validators, validate_no_control]
    default_error_messages = {
        "required": MISSING,
        "invalid": _("This is not an e-mail address. It has the form name@example.ch."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=254, **kwargs)


class URLField(forms.URLField):
    default_error_messages = {
        "required": MISSING,
        "invalid": _("This is not a web address. It has the form www.example.ch."),
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=500, assume_scheme="https", **kwargs)


class PhoneField(LineField):
    """A telephone number, national or with its country code; E.164 when clean."""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        try:
            number = phonenumbers.parse(value, settings.COUNTRY)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(
                _("This number cannot be called. Check the digits, or add the country code: +33 …"),
                code="invalid",
            )
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class NumberField(forms.Field):
    """A decimal number as people write it: 1'234.50, 1 234,50, CHF 12.–"""

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
        written = re.sub(r"[\s'’`\u202f\u00a0]|CHF|EUR|Fr\.|€", "", str(value or ""))
        written = re.sub(r"\.?[-–—]+$", "", written) if re.match(r"\d", written) else written
        if not written:
            return None
        try:
            number = Decimal(written.replace(",", "."))
        except InvalidOperation:
            number = None
        if number is None or not re.fullmatch(r"[+-]?\d{1,15}([.,]\d{1,15})?", written):
            raise self._error("invalid", example=self.example)
        return number

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if -value.normalize().as_tuple().exponent > self.places:
            raise self._error(
                "places" if self.places else "invalid", places=self.places, example=self.example
            )
        if self.least is not None and value < self.least:
            raise self._error("min", limit=self.least)
        if self.most is not None and value > self.most:
            raise self._error("max", limit=self.most)

    def _error(self, code: str, **params) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class DateField(forms.Field):
    """A day, typed as day, month and year."""

    PARTS = ("day", "month", "year")
    default_error_messages = {
        "required": _("Enter the day, the month and the year."),
        "day": _("Add the day."),
        "month": _("Add the month, as a number."),
        "year": _("Add the year, in four digits."),
        "invalid": _("This day does not exist. Check the day and the month."),
        "min": _("The earliest possible day is %(limit)s."),
        "max": _("The latest possible day is %(limit)s."),
    }

    def __init__(self, *, least: date | None = None, most: date | None = None, **kwargs):
        super().__init__(widget=PartsWidget(self.PARTS), **kwargs)
        self.least, self.most = least, most

    def to_python(self, value):
        if not value:
            return None
        for part, digits in zip(self.PARTS, (2, 2, 4), strict=True):
            if not re.fullmatch(rf"[0-9]{{{4 if digits == 4 else 1},{digits}}}", value[part]):
                raise self._error(part, part=part)
        try:
            return date(int(value["year"]), int(value["month"]), int(value["day"]))
        except ValueError:
            raise self._error("invalid", part="day") from None

    def validate(self, value):
        super().validate(value)
        if value and self.least and value < self.least:
            raise self._error("min", part="day", limit=date_format(self.least, "DATE_FORMAT"))
        if value and self.most and value > self.most:
            raise self._error("max", part="day", limit=date_format(self.most, "DATE_FORMAT"))

    def _error(self, code: str, **params) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class TimeField(forms.Field):
    """A time of day: 14:30, 14.30, 14 h 30, 1430, 14."""

    default_error_messages = {
        "required": MISSING,
        "invalid": _("Write the time in hours and minutes, for example 14:30."),
    }

    def __init__(self, **kwargs):
        super().__init__(widget=forms.TextInput, **kwargs)

    def to_python(self, value):
        written = str(value or "").strip()
        if not written:
            return None
        found = re.fullmatch(r"([0-9]{1,2})(?:\s*[:.h]?\s*([0-9]{2})|\s*h)?", written, re.IGNORECASE)
        try:
            return time(int(found[1]), int(found[2] or 0))
        except (TypeError, ValueError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class YesNoField(forms.Field):
    """Yes or no; no is an answer."""

    default_error_messages = {"required": _("Choose yes or no.")}

    def __init__(self, **kwargs):
        super().__init__(widget=forms.RadioSelect, **kwargs)

    def to_python(self, value):
        return {"true": True, "false": False}.get(str(value).lower())


class ConsentField(forms.BooleanField):
    default_error_messages = {"required": _("Tick the box to go on.")}


class ChoiceField(forms.ChoiceField):
    default_error_messages = {
        "required": _("Choose one of the answers."),
        "invalid_choice": _("Choose one of the answers."),
    }
    widget = forms.RadioSelect


class ChoicesField(forms.MultipleChoiceField):
    """Several of a list, between ``least`` and ``most`` of them."""

    default_error_messages = {
        "required": _("Choose at least one answer."),
        "invalid_choice": _("Choose among the answers."),
        "invalid_list": _("Choose among the answers."),
    }
    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, least: int | None = None, most: int | None = None, **kwargs):
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def validate(self, value):
        super().validate(value)
        if value and self.least and len(value) < self.least:
            text = ngettext("Choose at least %(n)s answer.", "Choose at least %(n)s answers.", self.least)
            raise ValidationError(text, code="min", params={"n": self.least})
        if value and self.most and len(value) > self.most:
            text = ngettext("Choose at most %(n)s answer.", "Choose at most %(n)s answers.", self.most)
            raise ValidationError(text, code="max", params={"n": self.most})


class AddressField(forms.Field):
    """A postal address: street, number ("12A", "12 bis"), c/o or floor, postcode, town."""

    PARTS = ("street", "number", "extra", "postcode", "town")
    NEEDED = {
        "street": _("Add the street, or the name of the place."),
        "postcode": _("Add the postcode."),
        "town": _("Add the town."),
    }
    default_error_messages = {
        "required": _("Enter the address."),
        "long": _("This is too long: at most %(limit)s characters."),
        "postcode": _("Check the postcode."),
        "number": _("Write the house number as on the door, for example 12, 12A or 12 bis."),
    }

    def __init__(self, **kwargs):
        super().__init__(widget=PartsWidget(self.PARTS), **kwargs)

    def to_python(self, value):
        if not value:
            return None
        for part, message in self.NEEDED.items():
            if not value[part]:
                raise ValidationError(message, code=part, params={"part": part})
        for part in self.PARTS:
            if "\x00" in value[part] or len(value[part]) > 100:
                raise ValidationError(
                    self.error_messages["long"], code="long", params={"part": part, "limit": 100}
                )
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 \-]{2,9}", value["postcode"]):
            raise ValidationError(
                self.error_messages["postcode"], code="postcode", params={"part": "postcode"}
            )
        if value["number"] and not re.fullmatch(r"[0-9]{1,5}[\w ./\-]{0,12}", value["number"]):
            raise ValidationError(self.error_messages["number"], code="number", params={"part": "number"})
        return {part: text for part, text in value.items() if text}


class AVSField(LineField):
    """A Swiss social insurance number: 756.9217.0769.85"""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        digits = re.sub(r"\D", "", value)
        if len(digits) != 13:
            text = ngettext(
                "There is %(n)s digit, 13 are needed. Check the number.",
                "There are %(n)s digits, 13 are needed. Check the number.",
                len(digits),
            )
            raise ValidationError(text, code="length", params={"n": len(digits)})
        try:
            return ssn.format(ssn.validate(digits))
        except WrongNumber:
            raise ValidationError(
                _(
                    "A digit is wrong in this number. It starts with 756; "
                    "compare it with your insurance card."
                ),
                code="invalid",
            ) from None


class IBANField(LineField):
    """A bank account; compact when clean."""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        try:
            return iban.validate(value)
        except WrongNumber:
            raise ValidationError(
                _("This is not a valid IBAN. Compare it with your bank card or account statement."),
                code="invalid",
            ) from None


class PlateField(LineField):
    """A vehicle's plate. Swiss ones become "VD 123456"; others are kept in capitals."""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return value
        written = re.sub(r"[\s.\-·]+", " ", value.upper()).strip()
        swiss = re.fullmatch(r"([A-Z]{2}) ?([0-9]{1,6})", written)
        if swiss and settings.COUNTRY == "CH":
            return f"{swiss[1]} {int(swiss[2])}"
        if not re.fullmatch(r"[A-Z0-9][A-Z0-9 ]{1,11}", written) or not re.search(r"[0-9]", written):
            raise ValidationError(
                _("Write the plate with its letters and digits: VD 123456."), code="invalid"
            )
        return written


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name) or []


class FilesField(forms.FileField):
    """New files beside those already stored (``initial``: the answer so far). Clean: the new files."""

    widget = FilesInput
    default_error_messages = {
        "required": _("Add the file."),
        "empty": _("“%(name)s” is empty. Choose it again."),
        "large": _("“%(name)s” is larger than %(limit)s MB. Choose a smaller file."),
        "kind": _("“%(name)s” is not of a kind that we can read. Send %(kinds)s."),
        "many": _("That is too many: at most %(limit)s files."),
    }

    def __init__(self, *, most: int, max_bytes: int, extensions: tuple[str, ...], **kwargs):
        super().__init__(**kwargs)
        self.most, self.max_bytes, self.extensions = most, max_bytes, extensions

    def clean(self, data, initial=None):
        new, stored = list(data or []), initial if isinstance(initial, list) else []
        if self.required and not new and not stored:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(new) + len(stored) > self.most:
            raise ValidationError(self.error_messages["many"], code="many", params={"limit": self.most})
        problems = [problem for one in new if (problem := self._problem(one))]
        if problems:
            raise ValidationError(problems)
        return new

    def _problem(self, upload) -> ValidationError | None:
        params = {
            "name": upload.name,
            "limit": self.max_bytes // 1024 // 1024,
            "kinds": ", ".join(one.upper() for one in self.extensions),
        }
        code = ""
        if not upload.size:
            code = "empty"
        elif upload.size > self.max_bytes:
            code = "large"
        elif upload.name.rpartition(".")[2].lower() not in self.extensions:
            code = "kind"
        return ValidationError(self.error_messages[code], code=code, params=params) if code else None


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:  # refused by the linter; nobody is shut out by a slip of the editor's
        return True
