"""The question when a booking shall be instead, as a form of one question."""

from dataclasses import replace

from django.utils import timezone

from eservices.formbuilder.bill import total
from eservices.formbuilder.definition import Definition
from eservices.formbuilder.forms import StepForm

from .answers import Wanted, read, ticked, written
from .charging import priced_lines
from .charging import who as who_books
from .models import Booking
from .offers import offer


def moving_form(booking: Booking, language: str, data=None) -> StepForm:
    """Asks for another time of the same thing; a clean ``time`` is ``answers.Wanted``."""
    key = booking.resource.key
    settings = {"resources": [key], "who": "who"}
    asked = {"key": "time", "type": "booking", "required": True, "settings": settings}
    content = {
        "language": language,
        "steps": [{"key": "move", "fields": [asked]}],
        "texts": {language: {"field.time.label": offer(key).said(language).title}},
    }
    definition, known = Definition(content), {"time": written(wanted_of(booking)), "who": _who(booking)}
    return StepForm(definition, definition.steps[0], language, known, data=data)


def wanted_of(booking: Booking) -> Wanted:
    """What a booking takes, as an answer would name it, with what was ticked for it."""
    span, known = booking.span, offer(booking.resource.key)
    asked = read(booking.submission.answers.get(booking.field)) if booking.submission else None
    extras = ticked(known, asked.extras) if asked else ()
    return Wanted(known, [span], booking.count, booking.series, extras)


def same_price(booking: Booking, wanted: Wanted) -> bool:
    """Whether another time costs what the one that is booked does, for whoever booked."""
    who, today = _who(booking), timezone.localdate()
    before = wanted_of(booking)
    after = replace(wanted, extras=ticked(wanted.offer, before.extras))
    prices = [total(priced_lines("x", one, who, "", today)) for one in (before, after)]
    return prices[0] == prices[1]


def _who(booking: Booking) -> str:
    """What was answered to the question that decides the prices."""
    submission = booking.submission
    field = submission.version.definition.fields.get(booking.field) if submission else None
    return who_books(field, submission.answers) if field else ""
