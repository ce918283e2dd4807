"""The blocks that pages are made of. Each shows itself in the editor before it is used.

Blocks stay flat: a list inside a struct inside a struct is not translated by wagtail-localize.
"""

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
    """A struct block with an hour at which something opens and one at which it closes, if they go together."""
    if has_values(value, "opens", "closes") and not are_valid_hours(value["opens"], value["closes"]):
        raise_block_errors(
            closes=_("It closes after it opens, or in the night that follows: before 9:00. Midnight is 0:00.")
        )
    return value


class OpeningBlock(blocks.StructBlock):
    """Open on a day from an hour to another; a day may stand twice."""

    day = blocks.ChoiceBlock(choices=DAYS, label=_("Day"))
    opens = blocks.TimeBlock(label=_("Opens"))
    closes = blocks.TimeBlock(label=_("Closes"))

    class Meta:
        icon = "time"
        label = _("Opening")

    def clean(self, value):
        return validate_hours(super().clean(value))


class ExceptionalHoursBlock(blocks.StructBlock):
    """Open on one day from an hour to another; a day may stand twice."""

    day = blocks.DateBlock(label=_("Day"))
    opens = blocks.TimeBlock(label=_("Opens"))
    closes = blocks.TimeBlock(label=_("Closes"))

    class Meta:
        icon = "date"
        label = _("Other hours")

    def clean(self, value):
        return validate_hours(super().clean(value))


class ClosureBlock(blocks.StructBlock):
    """Shut from a day to another, both included."""

    first = blocks.DateBlock(label=_("First day"))
    last = blocks.DateBlock(label=_("Last day"))

    class Meta:
        icon = "date"
        label = _("Closing")

    def clean(self, value):
        value = super().clean(value)
        if has_values(value, "first", "last") and value["first"] > value["last"]:
            raise_block_errors(last=_("The last day comes after the first."))
        return value
