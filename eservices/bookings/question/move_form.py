"""Form for moving a booking, with a single question."""

from dataclasses import replace

from django.utils import timezone

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.fee_breakdown import sum_lines
from eservices.formbuilder.forms import StepForm

from ..bookable_resources import bookable_resource
from ..models import Booking
from .answers import RequestedTimes, read_answer, selected_extras, write_answer
from .fee_lines import priced_fee_lines
from .fee_lines import tariff_group as who_books


def move_form(booking: Booking, language: str, data=None) -> StepForm:
    """Build the form that asks for another time of the same resource.

    Its cleaned ``time`` is ``answers.RequestedTimes``.
    """
    key = booking.resource.key
    settings = {"resources": [key], "who": "who"}
    asked = {"key": "time", "type": "booking", "required": True, "settings": settings}
    content = {
        "language": language,
        "steps": [{"key": "move", "fields": [asked]}],
        "texts": {language: {"field.time.label": bookable_resource(key).texts_in(language).title}},
    }
    definition, known = (
        FormDefinition(content),
        {"time": write_answer(requested_times_of(booking)), "who": _who(booking)},
    )
    return StepForm(definition, definition.steps[0], language, known, data=data)


def requested_times_of(booking: Booking) -> RequestedTimes:
    """Return what a booking takes in the form of an answer, with its ticked extras."""
    span, known = booking.span, bookable_resource(booking.resource.key)
    asked = read_answer(booking.submission.answers.get(booking.field)) if booking.submission else None
    extras = selected_extras(known, asked.extras) if asked else ()
    return RequestedTimes(known, [span], booking.count, booking.series, extras)


def is_same_price(booking: Booking, wanted: RequestedTimes) -> bool:
    """Return whether another time costs the same as the booked one, for the booking's tariff group."""
    who, today = _who(booking), timezone.localdate()
    before = requested_times_of(booking)
    after = replace(wanted, extras=selected_extras(wanted.offer, before.extras))
    prices = [sum_lines(priced_fee_lines("x", one, who, "", today)) for one in (before, after)]
    return prices[0] == prices[1]


def _who(booking: Booking) -> str:
    """Return the answer to the question that decides the prices."""
    submission = booking.submission
    field = submission.version.definition.fields.get(booking.field) if submission else None
    return who_books(field, submission.answers) if field else ""
