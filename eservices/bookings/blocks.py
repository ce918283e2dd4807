"""Stream blocks for openings, prices and cancellation terms; read by ``bookable_resources``."""

from datetime import date

from django.apps import apps
from django.forms import CheckboxSelectMultiple
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.models import Locale

from eservices.formbuilder import price_list
from home.blocks.base import KeyChoiceBlock, raise_block_errors

from .logic.availability import SchoolHolidayRule

MAX_PIECES = 500  # of a unit
DAYS = [(str(number), label) for number, label in WEEKDAYS.items()]
SCHOOL = [
    (SchoolHolidayRule.ALWAYS.value, _("all year")),
    (SchoolHolidayRule.TERM.value, _("during school terms")),
    (SchoolHolidayRule.HOLIDAYS.value, _("during school holidays")),
]


class DaysBlock(blocks.MultipleChoiceBlock):
    """Weekdays."""

    def __init__(self, **kwargs):
        super().__init__(**{"choices": DAYS, "widget": CheckboxSelectMultiple, "label": _("Days")} | kwargs)


class OpenPiecesBlock(blocks.IntegerBlock):
    """The number of open pieces of each unit, if not all are open."""

    def __init__(self, **kwargs):
        text = _("For each unit, such as the desks of a counter. All units if empty.")
        options = {
            "required": False,
            "min_value": 1,
            "max_value": MAX_PIECES,
            "label": _("Number that are open"),
        }
        super().__init__(**options | {"help_text": text} | kwargs)


class WeeklyOpeningBlock(blocks.StructBlock):
    """Opening hours on certain weekdays."""

    days = DaysBlock()
    opens = blocks.TimeBlock(label=_("Opens"))
    closes = blocks.TimeBlock(
        label=_("Closes"),
        help_text=_("If it is at or before the opening time, it means the next day. 00:00 is midnight."),
    )
    count = OpenPiecesBlock()
    first = blocks.DateBlock(required=False, label=_("Valid from"))
    last = blocks.DateBlock(required=False, label=_("Valid until"))
    season_from = blocks.RegexBlock(
        regex=r"^\d{1,2}\.\d{1,2}\.?$",
        required=False,
        label=_("Every year from"),
        help_text=_("Day and month: 1.4."),
    )
    season_to = blocks.RegexBlock(regex=r"^\d{1,2}\.\d{1,2}\.?$", required=False, label=_("to"))
    school = blocks.ChoiceBlock(choices=SCHOOL, required=False, default="", label=_("School"))

    class Meta:
        icon = "time"
        label = _("Opening")

    def clean(self, value):
        value = super().clean(value)
        if value["first"] and value["last"] and value["first"] > value["last"]:
            raise_block_errors(last=_("Enter a last day that is after the first day."))
        if bool(value["season_from"]) != bool(value["season_to"]):
            raise_block_errors(season_to=_("A season has two ends."))
        for name in ("season_from", "season_to"):
            if value[name] and parse_day_and_month(value[name]) is None:
                raise_block_errors(**{name: _("This day does not exist.")})
        return value


def parse_day_and_month(text: str) -> tuple[int, int] | None:
    """Parse “1.4.” to (month, day); None if no year has such a day."""
    try:
        day, month = (int(part) for part in text.strip(".").split("."))
        date(2024, month, day)
    except (TypeError, ValueError):
        return None
    return month, day


class SpecialOpeningBlock(blocks.StructBlock):
    """Exceptional hours, or none, for a range of days."""

    first = blocks.DateBlock(label=_("First day"))
    last = blocks.DateBlock(label=_("Last day"))
    opens = blocks.TimeBlock(required=False, label=_("Opens"), help_text=_("If empty, it stays closed."))
    closes = blocks.TimeBlock(required=False, label=_("Closes"))
    count = OpenPiecesBlock()
    reason = blocks.CharBlock(required=False, max_length=120, label=_("Reason"))

    class Meta:
        icon = "date"
        label = _("Exception")

    def clean(self, value):
        value = super().clean(value)
        if value["first"] > value["last"]:
            raise_block_errors(last=_("Enter a last day that is after the first day."))
        if (value["opens"] is None) != (value["closes"] is None):
            raise_block_errors(closes=_("Give both hours, or none."))
        return value


# -- Prices and terms ----------------------------------------------------------------------------------------
BASES = [
    ("booking", _("each time, for each piece")),
    ("time", _("each time, however many pieces")),
    ("hour", _("by the hour")),
    ("day", _("by the day")),
]


WHAT = {
    "cleaning": pgettext_lazy("what a price is for", "cleaning"),
    "heating": pgettext_lazy("what a price is for", "heating"),
    "kitchen": pgettext_lazy("what a price is for", "kitchen"),
    "weekend": pgettext_lazy("what a price is for", "weekend supplement"),
    "evening": pgettext_lazy("what a price is for", "evening supplement"),
}


def price_purpose_choices() -> list[tuple[str, str]]:
    """Return the purposes of prices for editors: the built-in ones, and the extras that they manage."""
    extras = apps.get_model("eservices_bookings", "BookingExtra").objects.filter(locale=Locale.get_default())
    return [*WHAT.items(), *extras.values_list("key", "title")]


class PriceLineBlock(blocks.StructBlock):
    """A price line: an entry of the fee schedule, and when it applies."""

    entry = KeyChoiceBlock(choices=price_list.price_entries, label=_("Fee schedule entry"))
    what = KeyChoiceBlock(
        choices=price_purpose_choices,
        required=False,
        label=_("Purpose"),
        help_text=_("If empty, the resource itself. You can add more under “Extras”."),
    )
    asked = blocks.BooleanBlock(required=False, label=_("Only if the person booking ticks it"))
    per = blocks.ChoiceBlock(choices=BASES, default="booking", label=_("Counted"))
    days = DaysBlock(required=False, help_text=_("Every day if none is ticked."))
    opens = blocks.TimeBlock(required=False, label=_("From this hour"))
    closes = blocks.TimeBlock(required=False, label=_("Until this hour"))
    who = blocks.CharBlock(
        required=False,
        max_length=200,
        label=_("Only for"),
        help_text=_(
            "Values of the answer to who books, separated by commas. If empty, it applies to everybody."
        ),
    )
    deposit = blocks.BooleanBlock(required=False, label=_("A deposit, paid back after the return"))

    class Meta:
        icon = "tag"
        label = _("Price")

    def clean(self, value):
        value = super().clean(value)
        if (value["opens"] is None) != (value["closes"] is None):
            raise_block_errors(closes=_("Give both hours, or none."))
        if value["asked"] and (not value["what"] or value["deposit"]):
            raise_block_errors(asked=_("Choose what is ticked under “Purpose”. A deposit is always due."))
        return value


class RefundTermBlock(blocks.StructBlock):
    """The refund for a cancellation a certain time in advance."""

    days = blocks.IntegerBlock(min_value=0, max_value=730, label=_("At least so many days before"))
    percent = blocks.IntegerBlock(min_value=0, max_value=100, label=_("Paid back, in per cent"))

    class Meta:
        icon = "rotate"
        label = _("Step")
