"""The calendar of a booking question in its template."""

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
    """The hour of a moment; where clocks show it twice, which of both."""
    return time_text.format_hour(timezone.localtime(at))


@register.simple_tag
def picker(question) -> TimePicker:
    """What the question shows: where its calendar stands and what is free."""
    parts = question.value if isinstance(question.value, dict) else {}
    who = who_books(question.field, question.form.seen)
    people, waits = _kinds_of_people(question), _waiting_list(question)
    return TimePicker(question.bound.field.offers, parts, who=who, people=people, waits=waits)


def _waiting_list(question) -> str:
    """The address of the waiting list of a question; empty where it keeps none."""
    slug = question.form.definition.content.get("slug", "")
    if not (slug and question.field.settings.get("waiting")):
        return ""
    return reverse("waiting:wait", args=[slug, question.field.key])


def _kinds_of_people(question) -> dict[str, str]:
    """What the answers are called to the question that decides the prices."""
    definition, asked = question.form.definition, question.field.settings.get("who")
    field = definition.fields.get(asked) if isinstance(asked, str) else None
    options = field.options if field else ()
    return {
        one.value: definition.text(f"option.{field.key}.{one.value}", question.form.language)
        for one in options
    }
