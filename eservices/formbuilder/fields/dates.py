"""Form fields for days and times of day."""

import re
from datetime import date, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from home.localization.dates import date_format

from .base import MISSING, PartsWidget, field_error


class DateField(forms.Field):
    """A date, entered as day, month and year."""

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
                raise field_error(self, part, part=part)
        try:
            return date(int(value["year"]), int(value["month"]), int(value["day"]))
        except ValueError:
            raise field_error(self, "invalid", part="day") from None

    def validate(self, value):
        super().validate(value)
        if value and self.least and value < self.least:
            raise field_error(self, "min", part="day", limit=date_format(self.least, "DATE_FORMAT"))
        if value and self.most and value > self.most:
            raise field_error(self, "max", part="day", limit=date_format(self.most, "DATE_FORMAT"))


class DateRangeField(forms.Field):
    """A range of days, both included: ``{"from": date, "to": date}``; at most ``longest`` days."""

    ENDS = ("from", "to")
    PARTS = tuple(f"{end}_{part}" for end in ENDS for part in DateField.PARTS)
    default_error_messages = {
        "required": _("Enter the first and the last day."),
        "from": _("Add the first day."),
        "to": _("Add the last day."),
        "order": _("The last day is before the first. Check both."),
        "longest": _("These are %(n)s days; at most %(limit)s are possible."),
    }

    def __init__(
        self, *, least: date | None = None, most: date | None = None, longest: int | None = None, **kwargs
    ):
        super().__init__(widget=PartsWidget(self.PARTS), **kwargs)
        self.longest = longest
        self.day = DateField(least=least, most=most, required=False)

    def to_python(self, value):
        if not value:
            return None
        found = {end: clean_part(self.day, value, end) for end in self.ENDS}
        for end in self.ENDS:
            if found[end] is None:
                raise field_error(self, end, part=f"{end}_day")
        return found

    def validate(self, value):
        super().validate(value)
        if not value:
            return
        if value["to"] < value["from"]:
            raise field_error(self, "order", part="to_day")
        days = (value["to"] - value["from"]).days + 1
        if self.longest and days > self.longest:
            raise field_error(self, "longest", part="to_day", n=days, limit=self.longest)


def clean_part(field: DateField, value: dict[str, str], name: str) -> date | None:
    """Clean a date that is part of a larger answer, from ``NAME_day``, ``NAME_month`` and ``NAME_year``."""
    texts = {part: value[f"{name}_{part}"] for part in DateField.PARTS}
    try:
        return field.clean(texts if any(texts.values()) else None)
    except ValidationError as problem:
        params = problem.params or {}
        raise ValidationError(
            problem.message,
            code=problem.code,
            params=params | {"part": f"{name}_{params.get('part', 'day')}"},
        ) from None


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
            raise field_error(self, "invalid") from None
