"""Agenda on the home page."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Page

from home.extensions.site_points import HomeSection
from home.models import HomePage

from .models import EventIndexPage, EventPage
from .occurrences import EventDate

SHOWN_EVENTS = 4


def upcoming_events_section(request: HttpRequest, page: HomePage) -> HomeSection | None:
    """Build the section with the next four dates; None if there are none."""
    coming = upcoming_events(page)
    if not coming.shown:
        return None
    return HomeSection(
        "news/agenda/home_section.html", {"dates": coming.shown, "index": coming.index}, order=40
    )


@dataclass(frozen=True)
class UpcomingEvents:
    """The next dates of an agenda, cancelled or not (``shown``), and those that take place (``sure``)."""

    index: Page | None
    shown: list[EventDate]
    sure: list[EventDate]


def upcoming_events(page) -> UpcomingEvents:
    """Return the next dates of the agenda below the home page.

    Cached on ``page``, so that it is queried once per request.
    """
    if not hasattr(page, "_coming"):
        index = page.first_below(EventIndexPage)
        events = EventPage.objects.child_of(index).open_to_all() if index else EventPage.objects.none()
        page._coming = _coming(index, EventDate.objects.of(events), timezone.now())
    return page._coming


def _coming(index: Page | None, dates, now: datetime) -> UpcomingEvents:
    """Build the next dates.

    If all that are shown are cancelled, the last one is replaced by the next that takes place.
    """
    shown = list(dates.next_of_each(now)[:SHOWN_EVENTS])
    sure = [one for one in shown if not one.cancelled]
    if len(sure) == len(shown):
        return UpcomingEvents(index, shown, sure)
    next_sure = list(dates.filter(cancelled=False).upcoming(now)[:SHOWN_EVENTS])
    if not sure:
        shown = sorted([*shown[: SHOWN_EVENTS - 1], *next_sure[:1]], key=lambda one: one.start)
    return UpcomingEvents(index, shown, next_sure)
