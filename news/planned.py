"""What news plan: the events of the agenda, and news by their day."""

from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from home.planning import MOST, Planned, planned


@planned.register("events")
def events(user, start, end) -> list[Planned]:
    """The dates of published events, of each language its own."""
    from .agenda.models import EventDate

    found = EventDate.objects.filter(event__live=True, start__gte=start, start__lt=end)
    rows = found.order_by("start", "pk").values_list("start", "event__title", "event")[:MOST]
    return [Planned(at, _("Event"), title, _page(key), "date") for at, title, key in rows]


@planned.register("news")
def news(user, start, end) -> list[Planned]:
    from .models import NewsPage

    days = timezone.localdate(start), timezone.localdate(end)
    found = NewsPage.objects.filter(live=True, date__gte=days[0], date__lt=days[1]).order_by("date", "pk")
    rows = found.values_list("date", "title", "pk")[:MOST]
    return [
        Planned(_morning(day), _("News"), title, _page(key), "doc-full", whole_day=True)
        for day, title, key in rows
    ]


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _page(key) -> str:
    return reverse("wagtailadmin_pages:edit", args=[key])
