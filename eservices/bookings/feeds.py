"""Imported calendars: what an iCalendar file says is busy, within limits that no file gets past.

``busy`` is pure. A calendar that is too large, or repeats too much, is refused whole: half of one would free times
that are not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from urllib.request import Request, urlopen

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from icalendar import Calendar

from .availability import DAY, Span

MOST_BYTES = 1_000_000
MOST_EVENTS, MOST_REPEATED, MOST_TIMES = 5_000, 200, 5_000
FIRST_YEAR = 2000  # of what repeats
TIMEOUT = 10  # seconds
AHEAD = timedelta(days=1100)
TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")


class Unreadable(Exception):
    """The calendar cannot be imported; the message says why."""


@dataclass(frozen=True)
class Busy:
    span: Span
    reason: str


def fetch(url: str) -> bytes:
    """The file behind an address, no larger than it may be. Raises ``Unreadable``."""
    if not url.startswith(("http://", "https://")):
        raise Unreadable(_("Only addresses with http or https are read."))
    try:
        with urlopen(Request(url, headers={"Accept": "text/calendar"}), timeout=TIMEOUT) as answer:
            content = answer.read(MOST_BYTES + 1)
    except (OSError, ValueError) as fault:
        raise Unreadable(str(fault)[:200]) from None
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The calendar is larger than 1 MB."))
    return content


def busy(content: bytes, zone, now: datetime) -> list[Busy]:
    """The times from now on in which somebody is busy; what is cancelled or marked free is none."""
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
    except (ValueError, IndexError, KeyError, RecursionError):
        raise Unreadable(_("This is not an iCalendar file.")) from None
    if len(events) > MOST_EVENTS or sum("RRULE" in event for event in events) > MOST_REPEATED:
        raise Unreadable(_("The calendar has more events than are read."))
    found: list[Busy] = []
    for event in events:
        if str(event.get("STATUS", "")) == "CANCELLED" or str(event.get("TRANSP", "")) == "TRANSPARENT":
            continue
        for span in _spans(event, zone, now):
            found.append(Busy(span, str(event.get("SUMMARY", ""))[:200] or _("busy")))
            if len(found) > MOST_TIMES:
                raise Unreadable(_("The calendar has more events than are read."))
    return found


def _spans(event, zone, now: datetime) -> Iterator[Span]:
    try:
        start, end = _ends(event, zone)
        starts = _starts(event, start, zone, now)
        length = end - start
        for one in starts:
            span = Span.of(one, one + length)
            if span.start < span.end and span.end > now and span.start < now + AHEAD:
                yield span
    except (TypeError, ValueError, OverflowError, AttributeError, KeyError):
        raise Unreadable(_("An event of the calendar has no time that can be read.")) from None


def _ends(event, zone) -> tuple[datetime, datetime]:
    start = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
    elif "DURATION" in event:
        end = start + event["DURATION"].dt
    else:
        end = start if isinstance(start, datetime) else start + DAY
    return _moment(start, zone), _moment(end, zone)


def _starts(event, start: datetime, zone, now: datetime) -> list[datetime]:
    """When it begins, once or each time, as far as anybody may book."""
    if "RRULE" not in event:
        return [start]
    rule = event["RRULE"]
    if any(str(one).upper() in TOO_OFTEN for one in rule.get("FREQ", [])) or start.year < FIRST_YEAR:
        raise Unreadable(_("An event of the calendar repeats too often."))
    left_out = {_moment(one.dt, zone) for one in _exdates(event)}
    repeated = rrulestr(rule.to_ical().decode(), dtstart=start)
    until = now + AHEAD
    return [one for one in takewhile(lambda at: at < until, repeated) if one not in left_out]


def _exdates(event) -> list:
    listed = event.get("EXDATE", [])
    return [one for part in (listed if isinstance(listed, list) else [listed]) for one in part.dts]


def _moment(at: date | datetime, zone) -> datetime:
    """A day is its first moment in the commune's zone, and so is a time without one."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(0))
    return at if at.tzinfo else at.replace(tzinfo=zone)
