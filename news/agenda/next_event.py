"""The next event in the “today” band."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from home.extensions.home_page import cached_for_minutes
from home.extensions.site_points import TodayItem
from home.opening_hours.text import format_relative_day

from .occurrences import TimedMixin
from .upcoming_events import upcoming_events

EVENING = 17


@dataclass(frozen=True)
class UpcomingEvent(TimedMixin):
    """An event that takes place, as the band shows it. Cached, therefore without its page."""

    start: datetime
    end: datetime | None
    title: str
    place: str
    url: str


def next_event_item(request, page, now) -> list[TodayItem]:
    """Return the next event that is not cancelled; an empty list if there is none."""
    now = timezone.localtime(now)
    for event in cached_for_minutes(f"coming-{page.pk}", lambda: _coming(page)):
        if event.first_day >= now.date() and not event.over:
            return [_line(event, now)]
    return []


def _coming(page) -> list[UpcomingEvent]:
    return [
        UpcomingEvent(one.start, one.end, one.event.title, one.event.place, one.event.url)
        for one in upcoming_events(page).sure
    ]


def _line(event: UpcomingEvent, now: datetime) -> TodayItem:
    start = timezone.localtime(event.start)
    tonight = event.first_day == now.date() and start.hour >= EVENING
    key = _("This evening") if tonight else capfirst(format_relative_day(event.first_day, now.date()))
    return TodayItem(
        key=key, title=event.title, remark=f"{event.begins}, {event.place}", url=event.url, order=60
    )
