"""What happens next, in the band “today”."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from home.home_blocks import Line, kept_for_minutes, today
from home.words import day_in_words

from .agenda.models import Timed
from .home_blocks import next_in

EVENING = 17


@dataclass(frozen=True)
class Named(Timed):
    """An event that takes place, as the band names it."""

    start: datetime
    end: datetime | None
    title: str
    place: str
    url: str


@today.register("agenda")
def next_event(request, page, now) -> list[Line]:
    """The next event that is not cancelled; nothing where none is near."""
    now = timezone.localtime(now)
    for event in kept_for_minutes(f"coming-{page.pk}", lambda: _coming(page)):
        if event.first_day >= now.date() and not event.over:
            return [_line(event, now)]
    return []


def _coming(page) -> list[Named]:
    return [
        Named(one.start, one.end, one.event.title, one.event.place, one.event.url)
        for one in next_in(page).sure
    ]


def _line(event: Named, now: datetime) -> Line:
    start = timezone.localtime(event.start)
    tonight = event.first_day == now.date() and start.hour >= EVENING
    key = _("This evening") if tonight else capfirst(day_in_words(event.first_day, now.date()))
    return Line(key=key, title=event.title, remark=f"{event.begins}, {event.place}", url=event.url, order=60)
