"""Form fields for days and times of day."""

import re
from datetime import date, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from home.localization.dates import date_format
from home.localization.written_dates import (
    YEARS_AHEAD,
    full_year,
    parse_day_of_month,
    parse_month,
    parse_written_date,
)

from .base import MISSING, PartsWidget, field_error


class DateField(forms.Field):
    """A date, entered as day, month and year, or written into the first of the three inputs."""

    PARTS = ("day", "month", "year")
    default_error_messages = {
        "required": _("Enter the day, the month and the year."),
        "day": _("Add the day."),
        "month": _("Add the month, as a number."),
        "year": _("Add the year, in four digits."),
        "invalid": _("This day does not exist. Check the day and the month."),
        "written": _("Write the day, the month and the year, for example 2.12.1980."),
        "min": _("The earliest possible day is %(limit)s."),
        "max": _("The latest possible day is %(limit)s."),
    }

    def __init__(
        self,
        *,
        least: date | None = None,
        most: date | None = None,
        today: date | None = None,
        newest_year: int | None = None,
        **kwargs,
    ):
        """Initialize the field. ``newest_year``: the latest that two digits can mean, by default that of ``most``."""
        super().__init__(widget=PartsWidget(self.PARTS), **kwargs)
        self.least, self.most = least, most
        self.today = today or timezone.localdate()
        self.newest_year = newest_year or (most or self.today).year + (0 if most else YEARS_AHEAD)

    def to_python(self, value):
        if not value:
            return None
        if not (value["month"] or value["year"]):
            return self._written(value["day"])
        found = {
            "day": parse_day_of_month(value["day"]),
            "month": parse_month(value["month"]),
            "year": full_year(value["year"], self.newest_year),
        }
        for part, number in found.items():
            if number is None:
                raise field_error(self, part, part=part)
        try:
            return date(**found)
        except ValueError:
            raise field_error(self, "invalid", part="day") from None

    def _written(self, text: str) -> date:
        """Return a date that was typed or pasted whole into the input of the day."""
        if found := parse_written_date(text, self.today, self.newest_year):
            return found
        if parse_day_of_month(text):
            raise field_error(self, "month", part="month")
        raise field_error(self, "written", part="day")

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
        written = " ".join(str(value or "").split())
        if not written:
            return None
        found = re.fullmatch(r"([0-9]{1,2})(?:\s*[:.h]?\s*([0-9]{2})|\s*h)?", written, re.IGNORECASE)
        try:
            return time(int(found[1]), int(found[2] or 0))
        except (TypeError, ValueError):
            raise field_error(self, "invalid") from None
