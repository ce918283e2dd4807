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
    _index, dates = next_in(page)
    for date in dates:
        if not date.cancelled and date.first_day >= timezone.localdate(now):
            return [_line(date, timezone.localtime(now))]
    return []


def _line(date, now) -> Line:
    event, start = date.event, timezone.localtime(date.start)
    tonight = date.first_day == now.date() and start.hour >= EVENING
    key = _("This evening") if tonight else capfirst(day_in_words(date.first_day, now.date()))
    return Line(key=key, title=event.title, remark=f"{clock(start)}, {event.place}", url=event.url, order=60)
