"""Texts of booking times in the active language."""

from collections.abc import Callable
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from home.localization.dates import date_format
from home.localization.punctuation import with_colon
from home.localization.times import format_time

from .bookable_resources import bookable_resource
from .logic.availability import TimeSpan, is_ambiguous_time
from .models import Booking, WaitingEntry

# Of an ambiguous hour: the first and the second.
SEASONS = (gettext_lazy("summer time"), gettext_lazy("winter time"))


def format_span(span: TimeSpan) -> str:
    """Return “Saturday 12 December 2026, 17:00 to 23:00”; both days if it ends on another."""
    return _span(span, format_day)


def format_span_soon(span: TimeSpan) -> str:
    """Return the same without the year if it is the current one."""
    return _span(span, format_day_soon)


def _span(span: TimeSpan, format_day: Callable[[datetime], str]) -> str:
    start, end = timezone.localtime(span.start), timezone.localtime(span.end)
    if start.date() == end.date() or is_end_of_day(end, start.date()):
        return _("%(day)s, %(from)s to %(to)s") % {
            "day": format_day(start),
            "from": format_hour(start),
            "to": format_end(end, start.date()),
        }
    return _("%(day)s, %(from)s, to %(last)s, %(to)s") % {
        "day": format_day(start),
        "from": format_hour(start),
        "last": format_day(end),
        "to": format_hour(end),
    }


def format_hours(span: TimeSpan) -> str:
    """Return “17:00 to 23:00”."""
    start, end = timezone.localtime(span.start), timezone.localtime(span.end)
    return _("%(from)s to %(to)s") % {"from": format_hour(start), "to": format_end(end, start.date())}


def format_hour(at: datetime) -> str:
    """Return “2:30”; if the time is ambiguous, with summer or winter time."""
    if not is_ambiguous_time(at):
        return format_time(at)
    return f"{format_time(at)} ({SEASONS[at.fold]})"


def format_end(end: datetime, begun: date) -> str:
    """Return the hour of an end, with its day if that is not the day of the start."""
    if end.date() == begun:
        return format_hour(end)
    return _("midnight") if is_end_of_day(end, begun) else f"{format_hour(end)} ({date_format(end, 'D j')})"


def is_end_of_day(end: datetime, begun: date) -> bool:
    """Return whether the end is midnight after the day of the start."""
    return (end.hour, end.minute, (end.date() - begun).days) == (0, 0, 1)


def format_day(at: date) -> str:
    """Return “Saturday 12 December 2026”."""
    return date_format(at, "l j F Y")


def format_day_soon(at: date) -> str:
    """Return “Saturday 12 December”, with the year if it is not the current one."""
    return date_format(at, "l j F") if at.year == timezone.localdate().year else format_day(at)


def format_booking(place: Booking | WaitingEntry) -> str:
    """Return “40 × Tables: Saturday 12 December 2026, 17:00 to 23:00”, of a booking or a waiting entry."""
    known = bookable_resource(place.resource.key)
    title = known.texts_in(get_language() or "").title if known else place.resource.name
    title = f"{place.count} × {title}" if known and known.counted else title
    return f"{with_colon(title)}{format_span(place.span)}"
