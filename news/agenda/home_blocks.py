"""News and agenda on the home page."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from wagtail.models import Page

from home.extensions.home_page import HomeSection, home_sections

from .models import EventIndexPage, EventPage
from .occurrences import EventDate

SHOWN_EVENTS = 4


@home_sections.register("agenda")
def upcoming_events_section(request, page):
    """The next four dates."""
    coming = upcoming_events(page)
    if not coming.shown:
        return None
    return HomeSection(
        "news/agenda/home_section.html", {"dates": coming.shown, "index": coming.index}, order=40
    )


@dataclass(frozen=True)
class UpcomingEvents:
    """The next events of an agenda at their next dates, cancelled or not, and the next dates that take place."""

    index: Page | None
    shown: list[EventDate]
    sure: list[EventDate]


def upcoming_events(page) -> UpcomingEvents:
    """What comes next in the agenda below the home page, asked once per page."""
    if not hasattr(page, "_coming"):
        index = page.first_below(EventIndexPage)
        events = EventPage.objects.child_of(index).open_to_all() if index else EventPage.objects.none()
        page._coming = _coming(index, EventDate.objects.of(events), timezone.now())
    return page._coming


def _coming(index: Page | None, dates, now: datetime) -> UpcomingEvents:
    """Where all that is shown is cancelled, the next that takes place is the last of it."""
    shown = list(dates.next_of_each(now)[:SHOWN_EVENTS])
    sure = [one for one in shown if not one.cancelled]
    if len(sure) == len(shown):
        return UpcomingEvents(index, shown, sure)
    next_sure = list(dates.filter(cancelled=False).coming(now)[:SHOWN_EVENTS])
    if not sure:
        shown = sorted([*shown[: SHOWN_EVENTS - 1], *next_sure[:1]], key=lambda one: one.start)
    return UpcomingEvents(index, shown, next_sure)
