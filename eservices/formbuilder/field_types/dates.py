"""Field types for days, ranges of days and times of day."""

import re
from datetime import date, time

from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from home.localization.dates import date_format
from home.localization.working_days import add_working_days
from home.models import CommuneSettings

from .. import fields
from ..blocks import PlainCharBlock, QuestionKeyBlock
from ..logic.conditions import parse_day
from .base import TIMES, FieldType, InputPart, register_field_type, whole_number
from .named_persons import BIRTH_DATE, names_block, names_faults

WORKING_DAYS = re.compile(r"([+-][0-9]{1,3})wd")
LIMIT_HELP = _(
    "A date (2027-01-31), or counted from today: today, +30d, -2w, +6m, -18y, +3wd (working days)."
)
DAY_PARTS = (("day", _("Day"), "w2"), ("month", _("Month"), "w2"), ("year", _("Year"), "w4"))


def parse_limit(text, today: date) -> date | None:
    """Parse a limit as the editor writes it; None if it is invalid. Working days are the commune's."""
    working = WORKING_DAYS.fullmatch(text.strip()) if isinstance(text, str) else None
    if working is None:
        return parse_day(text, today)
    return add_working_days(today, int(working[1]), CommuneSettings.current().days_off)


def day_parts(name: str = "", group: str = "", optional: bool = False) -> tuple[InputPart, ...]:
    """Return the three inputs of a date; ``name``: prefix if it is part of a larger answer."""
    before = f"{name}_" if name else ""
    return tuple(
        InputPart(f"{before}{part}", label, width, optional, "numeric", group)
        for part, label, width in DAY_PARTS
    )


def day_texts(answer, name: str = "") -> dict[str, str]:
    """Split a stored date into the texts of its three inputs. Raise ValueError if it is no date."""
    found = date.fromisoformat(answer)
    texts = {"day": str(found.day), "month": str(found.month), "year": f"{found.year:04}"}
    return {f"{name}_{part}" if name else part: text for part, text in texts.items()}


def format_answer_day(answer) -> str:
    return date_format(date.fromisoformat(answer), "DATE_FORMAT")


class LimitedDateBase(FieldType):
    """A date between two limits."""

    group = TIMES

    def settings_blocks(self):
        return [
            (name, PlainCharBlock(required=False, label=label, help_text=LIMIT_HELP, max_length=12))
            for name, label in (("min", _("At the earliest")), ("max", _("At the latest")))
        ]

    def arguments(self, field):
        today = timezone.localdate()
        return {
            "least": parse_limit(field.settings.get("min"), today),
            "most": parse_limit(field.settings.get("max"), today),
        }

    def settings_faults(self, field):
        found = self.arguments(field)
        for name, there in (("min", found["least"]), ("max", found["most"])):
            text = field.settings.get(name)
            if text not in (None, "") and there is None:
                yield gettext("“%(limit)s” is not a date") % {"limit": text}
        if found["least"] and found["most"] and found["least"] > found["most"]:
            yield gettext("the earliest day is after the latest")


@register_field_type
class Day(LimitedDateBase):
    key, label, icon, compares = "date", _("Date"), "calendar-alt", "date"
    says = _("Day, month and year; limits may count from today.")
    form_class = fields.DateField
    template = "formbuilder/fields/date.html"
    written = ("14.06.1986", "1986-06-14")

    def settings_blocks(self):
        return [*super().settings_blocks(), names_block(BIRTH_DATE)]

    def settings_faults(self, field):
        yield from super().settings_faults(field)
        yield from names_faults(field, BIRTH_DATE)

    def inputs(self, field):
        return day_parts()

    def to_json(self, value: date | None):
        return value.isoformat() if value else None

    def from_json(self, answer):
        try:
            return day_texts(answer)
        except (TypeError, ValueError):
            return None

    def answer_text(self, answer, field, definition, language):
        return format_answer_day(answer)


@register_field_type
class DateRange(LimitedDateBase):
    """A range of days, both included: ``{"from": "2026-12-01", "to": "2026-12-05"}``."""

    key, label, icon, compares = "date_range", _("From a date to a date"), "calendar-alt", "given"
    says = _("The first and the last day.")
    form_class = fields.DateRangeField
    template = "formbuilder/fields/parts.html"
    columns = ("from", "to")

    def settings_blocks(self):
        longest = blocks.IntegerBlock(
            required=False, min_value=1, label=_("Longest, in days"), help_text=_("Both days are counted.")
        )
        return [*super().settings_blocks(), ("longest", longest)]

    def arguments(self, field):
        return super().arguments(field) | {"longest": whole_number(field.settings.get("longest"))}

    def settings_faults(self, field):
        yield from super().settings_faults(field)
        if (
            field.settings.get("longest") is not None
            and not (whole_number(field.settings["longest"]) or 0) > 0
        ):
            yield gettext("the longest span is not a number of days")

    def inputs(self, field):
        return (*day_parts("from", _("First day")), *day_parts("to", _("Last day")))

    def to_json(self, value):
        return {end: found.isoformat() for end, found in value.items()} if value else None

    def from_json(self, answer):
        try:
            return day_texts(answer["from"], "from") | day_texts(answer["to"], "to")
        except (TypeError, ValueError, LookupError):
            return None

    def answer_text(self, answer, field, definition, language):
        return gettext("from %(from)s to %(to)s") % {
            end: format_answer_day(answer[end]) for end in self.columns
        }


@register_field_type
class TimeOfDay(FieldType):
    key, label, icon, compares = "time", _("Time of day"), "time", "time"
    says = _("Hours and minutes.")
    group, form_class = TIMES, fields.TimeField
    width = "w4"
    written = ("14:30",)

    def settings_blocks(self):
        start = QuestionKeyBlock(
            required=False,
            label=_("Question with the start"),
            help_text=_("If the time is not after it, the applicant is asked whether it is on the next day."),
        )
        return [("start", start)]

    def typos(self, answer, field, given):
        try:
            begins, ends = (
                time.fromisoformat(one) for one in (given.get(field.settings.get("start")), answer)
            )
        except (TypeError, ValueError):
            return []
        if ends > begins:
            return []
        hours = {"start": time_format(begins, "TIME_FORMAT"), "end": time_format(ends, "TIME_FORMAT")}
        return [gettext("From %(start)s until %(end)s on the next day? If not, correct the times.") % hours]

    def to_json(self, value: time | None):
        return value.strftime("%H:%M") if value else None

    def answer_text(self, answer, field, definition, language):
        return time_format(time.fromisoformat(answer), "TIME_FORMAT")
