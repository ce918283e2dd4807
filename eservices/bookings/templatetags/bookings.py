"""Template tags for the calendar of a booking question."""

from django import template
from django.urls import reverse
from django.utils import timezone

from .. import time_text
from ..question.fee_lines import tariff_group as who_books
from ..question.picker import TimePicker

register = template.Library()
register.filter("when_booked", time_text.format_booking)
register.filter("when", time_text.format_span)


@register.filter("hour")
def format_hour_tag(at) -> str:
    """Return the time of day of a moment; if it is ambiguous, with its season."""
    return time_text.format_hour(timezone.localtime(at))


@register.simple_tag
def picker(question) -> TimePicker:
    """Return the picker of the question: the state of its calendar and what is free."""
    parts = question.value if isinstance(question.value, dict) else {}
    who = who_books(question.field, question.form.seen)
    people, waits = _kinds_of_people(question), _waiting_list(question)
    return TimePicker(question.bound.field.offers, parts, who=who, people=people, waits=waits)


def _waiting_list(question) -> str:
    """Return the URL of the waiting list of a question; "" if it has none."""
    slug = question.form.definition.content.get("slug", "")
    if not (slug and question.field.settings.get("waiting")):
        return ""
    return reverse("waiting:wait", args=[slug, question.field.key])


def _kinds_of_people(question) -> dict[str, str]:
    """Return the labels of the options of the question that decides the prices."""
    definition, asked = question.form.definition, question.field.settings.get("who")
    field = definition.fields.get(asked) if isinstance(asked, str) else None
    options = field.options if field else ()
    return {
        one.value: definition.text(f"option.{field.key}.{one.value}", question.form.language)
        for one in options
    }
