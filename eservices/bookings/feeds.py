"""Imported calendars: what an iCalendar file says is busy, within limits that no file gets past.

``busy`` is pure but for its patience. A calendar that is too large, or repeats too much, is refused whole: half of one
would free times that are not.
"""

import time as clock
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from urllib.request import Request, urlopen

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from icalendar import Calendar

from .availability import DAY, Span

MOST_BYTES = 1_000_000
MOST_EVENTS, MOST_REPEATED, MOST_TIMES = 5_000, 200, 5_000
FIRST_YEAR = 2000  # of what repeats
MOST_REPETITIONS = 20_000  # that are looked at of one rule, those of the past among them: 54 years of days
PATIENCE = 10  # seconds of the processor for a calendar: a rule may seek for ever a day that never comes
TIMEOUT, LONGEST = 10, 30  # seconds for a part of it, and for all of it
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
            content = _read(answer)
    except (OSError, ValueError) as fault:
        raise Unreadable(str(fault)[:200]) from None
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The calendar is larger than 1 MB."))
    return content


def _read(answer) -> bytes:
    """What is answered, as far as it may be read; a server that drips does not hold the worker."""
    content, ends = b"", clock.monotonic() + LONGEST
    while len(content) <= MOST_BYTES and (part := answer.read1(65_536)):
        content += part
        if clock.monotonic() > ends:
            raise Unreadable(_("The calendar comes too slowly."))
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
    moved, ends = _moved(events, zone), clock.process_time() + PATIENCE
    for event in events:
        if clock.process_time() > ends:
            raise Unreadable(_("An event of the calendar repeats too often."))
        if str(event.get("STATUS", "")) == "CANCELLED" or str(event.get("TRANSP", "")) == "TRANSPARENT":
            continue
        for span in _spans(event, zone, now, moved):
            found.append(Busy(span, str(event.get("SUMMARY", ""))[:200] or _("busy")))
            if len(found) > MOST_TIMES:
                raise Unreadable(_("The calendar has more events than are read."))
    return found


def _moved(events, zone) -> dict[str, set[datetime]]:
    """By the identity of what repeats, its times that stand elsewhere: an event of their own says where."""
    found = defaultdict(set)
    try:
        for event in events:
            if "RECURRENCE-ID" in event:
                found[str(event.get("UID"))].add(_moment(event["RECURRENCE-ID"].dt, zone))
    except (TypeError, ValueError, AttributeError):
        raise Unreadable(_("An event of the calendar has no time that can be read.")) from None
    return found


def _spans(event, zone, now: datetime, moved: dict[str, set[datetime]]) -> Iterator[Span]:
    try:
        start, end = _ends(event, zone)
        left_out = _listed(event, "EXDATE", zone) | moved[str(event.get("UID"))]
        starts = [start]
        if "RECURRENCE-ID" not in event:
            starts = sorted({*_repeated(event, start, now), *_listed(event, "RDATE", zone)} - left_out)
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


def _repeated(event, start: datetime, now: datetime) -> Iterator[datetime]:
    """When it begins, once or each time, as far as anybody may book: at the same hour of its own clock."""
    if "RRULE" not in event:
        yield start
        return
    rule = event["RRULE"]
    if any(str(one).upper() in TOO_OFTEN for one in rule.get("FREQ", [])) or start.year < FIRST_YEAR:
        raise Unreadable(_("An event of the calendar repeats too often."))
    rule = type(rule)(rule | {"UNTIL": [_last(one, start.tzinfo) for one in rule.get("UNTIL", [])]})
    if not rule["UNTIL"]:
        del rule["UNTIL"]
    repeated = rrulestr(rule.to_ical().decode(), dtstart=start.replace(tzinfo=None))
    until = (now + AHEAD).astimezone(start.tzinfo).replace(tzinfo=None)
    for number, one in enumerate(takewhile(lambda at: at < until, islice(repeated, MOST_REPETITIONS + 1))):
        if number == MOST_REPETITIONS:
            raise Unreadable(_("An event of the calendar repeats too often."))
        yield one.replace(tzinfo=start.tzinfo)


def _last(until: date | datetime, zone) -> datetime:
    """The end of a repetition on the clock of what repeats; a day counts whole."""
    if not isinstance(until, datetime):
        return datetime.combine(until, time(23, 59, 59))
    return until.astimezone(zone).replace(tzinfo=None) if until.tzinfo else until


def _listed(event, name: str, zone) -> set[datetime]:
    """The times that ``EXDATE`` or ``RDATE`` lists; of a period when it begins."""
    listed = event.get(name, [])
    times = [one.dt for part in (listed if isinstance(listed, list) else [listed]) for one in part.dts]
    return {_moment(at[0] if isinstance(at, tuple) else at, zone) for at in times}


def _moment(at: date | datetime, zone) -> datetime:
    """A day is its first moment in the commune's zone, and so is a time without one."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(0))
    return at if at.tzinfo else at.replace(tzinfo=zone)
