"""Times of bookings in the language at hand."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from home.dates import date_format
from home.templatetags.commune import before, clock

from .availability import Span, is_twice
from .offers import offer

# Of an hour that comes twice: the first and the second.
SEASONS = (gettext_lazy("summer time"), gettext_lazy("winter time"))


def when(span: Span) -> str:
    """“Saturday 12 December 2026, 17:00 to 23:00”; both days where it ends on another."""
    start, end = timezone.localtime(span.start), timezone.localtime(span.end)
    if start.date() == end.date() or is_midnight(end, start.date()):
        return _("%(day)s, %(from)s to %(to)s") % {
            "day": day(start),
            "from": hour(start),
            "to": ending(end, start.date()),
        }
    return _("%(day)s, %(from)s, to %(last)s, %(to)s") % {
        "day": day(start),
        "from": hour(start),
        "last": day(end),
        "to": hour(end),
    }


def hours(span: Span) -> str:
    """“17:00 to 23:00”."""
    start, end = timezone.localtime(span.start), timezone.localtime(span.end)
    return _("%(from)s to %(to)s") % {"from": hour(start), "to": ending(end, start.date())}


def hour(at: datetime) -> str:
    """“2:30”, and where clocks show it twice that night, which of both it is."""
    if not is_twice(at):
        return clock(at)
    return f"{clock(at)} ({SEASONS[at.fold]})"


def ending(end, begun: date) -> str:
    """An hour at which something ends that began on a day, and the day where it is another."""
    if end.date() == begun:
        return hour(end)
    return _("midnight") if is_midnight(end, begun) else f"{hour(end)} ({date_format(end, 'D j')})"


def is_midnight(end, begun: date) -> bool:
    """Whether a day is over then."""
    return (end.hour, end.minute, (end.date() - begun).days) == (0, 0, 1)


def day(at) -> str:
    """“Saturday 12 December 2026”."""
    return date_format(at, "l j F Y")


def when_booked(place) -> str:
    """“40 × Tables: Saturday 12 December 2026, 17:00 to 23:00”: of a booking, or of a place on a waiting list."""
    known = offer(place.resource.key)
    title = known.said(get_language() or "").title if known else place.resource.name
    title = f"{place.count} × {title}" if known and known.counted else title
    return f"{before(title)}{when(place.span)}"
