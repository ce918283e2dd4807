"""What happens next, in the band “today”."""

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from home.home_blocks import Line, today
from home.templatetags.commune import clock
from home.words import day_in_words

from .home_blocks import next_in

EVENING = 17


@today.register("agenda")
def next_event(request, page, now) -> list[Line]:
    """The next event that is not cancelled; nothing where none is near."""
    _index, events = next_in(page)
    for event in events:
        if not event.cancelled and event.first_day >= timezone.localdate(now):
            return [_line(event, timezone.localtime(now))]
    return []


def _line(event, now) -> Line:
    start = timezone.localtime(event.start)
    tonight = event.first_day == now.date() and start.hour >= EVENING
    key = _("This evening") if tonight else capfirst(day_in_words(event.first_day, now.date()))
    return Line(key=key, title=event.title, remark=f"{clock(start)}, {event.place}", url=event.url, order=60)
