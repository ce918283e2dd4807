"""Entries of the publication calendar: dates of events."""

from datetime import datetime

from django.utils.translation import gettext as _

from eservices.accounts.models import User
from home.extensions.site_points import PlannedPublication
from home.publication_calendar.entries import MAX_ENTRIES, page_edit_url

from .occurrences import EventDate


def planned_events(user: User, start: datetime, end: datetime) -> list[PlannedPublication]:
    """Return the dates of published events. Each language has its own."""
    found = EventDate.objects.filter(event__live=True, start__gte=start, start__lt=end)
    rows = found.order_by("start", "pk").values_list("start", "event__title", "event")[:MAX_ENTRIES]
    return [PlannedPublication(at, _("Event"), title, page_edit_url(key), "date") for at, title, key in rows]
