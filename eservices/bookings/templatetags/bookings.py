"""The calendar of a booking question in its template."""

from django import template
from django.urls import reverse
from django.utils import timezone

from .. import words
from ..charging import who as who_books
from ..picker import Picker

register = template.Library()
register.filter("when_booked", words.when_booked)
register.filter("when", words.when)


@register.filter
def hour(at) -> str:
    """The hour of a moment; where clocks show it twice, which of both."""
    return words.hour(timezone.localtime(at))


@register.simple_tag
def picker(question) -> Picker:
    """What the question shows: where its calendar stands and what is free."""
    parts = question.value if isinstance(question.value, dict) else {}
    who = who_books(question.field, question.form.seen)
    people, waits = _kinds_of_people(question), _waiting_list(question)
    return Picker(question.bound.field.offers, parts, who=who, people=people, waits=waits)


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
