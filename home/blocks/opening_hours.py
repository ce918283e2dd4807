"""Blocks with opening hours and closures."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from ..opening_hours.rules import are_valid_hours
from .base import has_values, raise_block_errors

DAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


def validate_hours(value):
    """Validate the opening and closing times of a struct block and return it."""
    if has_values(value, "opens", "closes") and not are_valid_hours(value["opens"], value["closes"]):
        raise_block_errors(
            closes=_(
                "Enter a closing time after the opening time, or in the following night before 9:00. "
                "Midnight is 0:00."
            )
        )
    return value


class OpeningBlock(blocks.StructBlock):
    """Opening hours on a weekday. A day may appear twice."""

    day = blocks.ChoiceBlock(choices=DAYS, label=_("Day"))
    opens = blocks.TimeBlock(label=_("Opens"))
    closes = blocks.TimeBlock(label=_("Closes"))

    class Meta:
        icon = "time"
        label = _("Opening")

    def clean(self, value):
        return validate_hours(super().clean(value))


class ExceptionalHoursBlock(blocks.StructBlock):
    """Opening hours on one date. A date may appear twice."""

    day = blocks.DateBlock(label=_("Day"))
    opens = blocks.TimeBlock(label=_("Opens"))
    closes = blocks.TimeBlock(label=_("Closes"))

    class Meta:
        icon = "date"
        label = _("Other hours")

    def clean(self, value):
        return validate_hours(super().clean(value))


class ClosureBlock(blocks.StructBlock):
    """A closure from one day to another, both included."""

    first = blocks.DateBlock(label=_("First day"))
    last = blocks.DateBlock(label=_("Last day"))

    class Meta:
        icon = "date"
        label = _("Closing")

    def clean(self, value):
        value = super().clean(value)
        if has_values(value, "first", "last") and value["first"] > value["last"]:
            raise_block_errors(last=_("Enter a last day that is after the first day."))
        return value
