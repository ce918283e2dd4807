"""Import of calendars: the busy times of an iCalendar file, within limits that no file exceeds.

``parse_busy_times`` is pure except for its time limit. A calendar that is too large, or repeats too much, is refused as
a whole: half of it would free times that are busy.

No rule is followed forever. A rule that never matches, such as the 30th of February, would be evaluated up to the last
possible year: the rule is shifted to shortly before that year (``SHIFT``), and the factors that multiply the steps are
limited. So one rule ends within a second or two, and the time limit is checked between events.
"""

import re
import time as clock
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time
from itertools import islice, takewhile
from math import prod

from dateutil.rrule import rrulestr
from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar

from home.web.http_client import AnswerTooLarge, HttpClient, HttpError, HttpTimeout, InternalAddress

from .logic.availability import DAY, FARTHEST, TimeSpan

MAX_BYTES = 1_000_000
MAX_EVENTS, MAX_RECURRING_EVENTS, MAX_BUSY_TIMES = 5_000, 200, 5_000
FIRST_YEAR = 1600  # of recurring events: Apple stores a birthday without its year in 1604
MAX_OCCURRENCES = 20_000  # evaluated for one rule, past ones included: 54 years of days
# Values of a rule, of its BYSETPOS, and its times per day.
MAX_LISTED_VALUES, MAX_POSITIONS, MAX_PER_DAY = 400, 12, 100
# Years: after 400, weekdays and leap years repeat. Bookings before 2200 stay within the valid years.
SHIFT = 400 * ((MAXYEAR - 2200) // 400)
CPU_SECONDS = 10  # CPU seconds per calendar
IDLE_TIMEOUT, TOTAL_TIMEOUT = 10, 30  # seconds without data, and for the whole download
MAX_REDIRECTS = 10
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")  # PostgreSQL cannot store NUL in text
TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")


class InvalidCalendar(Exception):
    """The calendar cannot be imported; the message says why."""


@dataclass(frozen=True)
class BusyTime:
    span: TimeSpan
    reason: str


def fetch_calendar(url: str) -> bytes:
    """Download the calendar, at most ``MAX_BYTES``. Raise ``InvalidCalendar``."""
    if not url.startswith(("http://", "https://")):
        raise InvalidCalendar(_("Enter an address that begins with http or https."))
    client = HttpClient(
        deadline=TOTAL_TIMEOUT,
        idle=IDLE_TIMEOUT,
        max_bytes=MAX_BYTES,
        max_redirects=MAX_REDIRECTS,
        internal_hosts=settings.CALENDAR_HOSTS,
    )
    try:
        with client.open("GET", url, headers={"Accept": "text/calendar"}) as answer:
            if not 200 <= answer.status_code < 300:
                raise InvalidCalendar(f"HTTP {answer.status_code} {answer.reason}"[:200])
            return answer.read()
    except InternalAddress:
        text = _("This address is in the commune’s own network, which is not allowed here.")
        raise InvalidCalendar(text) from None
    except HttpTimeout:
        raise InvalidCalendar(_("The calendar loads too slowly.")) from None
    except AnswerTooLarge:
        raise InvalidCalendar(_("The calendar is larger than 1 MB.")) from None
    except HttpError as fault:
        raise InvalidCalendar(str(fault)[:200]) from None


def parse_busy_times(content: bytes, zone, now: datetime) -> list[BusyTime]:
    """Return the busy times from now on, without cancelled events and those marked as free."""
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
    except (ValueError, IndexError, KeyError, RecursionError):
        raise InvalidCalendar(_("This is not an iCalendar file.")) from None
    if len(events) > MAX_EVENTS or sum("RRULE" in event for event in events) > MAX_RECURRING_EVENTS:
        raise InvalidCalendar(_("The calendar has more events than are read."))
    found: list[BusyTime] = []
    moved, ends = _replaced_times(events, zone), clock.process_time() + CPU_SECONDS
    for event in events:
        if clock.process_time() > ends:
            raise InvalidCalendar(_("An event of the calendar repeats too often."))
        if str(event.get("STATUS", "")) == "CANCELLED" or str(event.get("TRANSP", "")) == "TRANSPARENT":
            continue
        for span in _event_spans(event, zone, now, moved):
            found.append(BusyTime(span, _plain_text(event.get("SUMMARY", "")) or _("busy")))
            if len(found) > MAX_BUSY_TIMES:
                raise InvalidCalendar(_("The calendar has more events than are read."))
    return found


def _plain_text(text) -> str:
    return CONTROL.sub(" ", str(text)).strip()[:200]


def _replaced_times(events, zone) -> dict[str, set[datetime]]:
    """Return the times of recurring events that an event of its own replaces, by the id of the event."""
    found = defaultdict(set)
    try:
        for event in events:
            if "RECURRENCE-ID" in event:
                found[str(event.get("UID"))].add(_moment(event["RECURRENCE-ID"].dt, zone))
    except (TypeError, ValueError, AttributeError):
        raise InvalidCalendar(_("An event of the calendar has no time that can be read.")) from None
    return found


def _event_spans(event, zone, now: datetime, moved: dict[str, set[datetime]]) -> Iterator[TimeSpan]:
    try:
        start, end = _event_end(event, zone)
        left_out = _listed_times(event, "EXDATE", zone) | moved[str(event.get("UID"))]
        starts = [start]
        if "RECURRENCE-ID" not in event:
            starts = sorted({*_repeated(event, start, now), *_listed_times(event, "RDATE", zone)} - left_out)
        length, first, last = end - start, now - FARTHEST, now + FARTHEST
        for one in starts:
            span = TimeSpan.of(max(one, first), one + min(length, last - one))
            if span.start < span.end and span.end > now:
                yield span
    except (TypeError, ValueError, OverflowError, AttributeError, KeyError):
        raise InvalidCalendar(_("An event of the calendar has no time that can be read.")) from None


def _event_end(event, zone) -> tuple[datetime, datetime]:
    start = event["DTSTART"].dt
    if "DTEND" in event:
        end = event["DTEND"].dt
    elif "DURATION" in event:
        end = start + event["DURATION"].dt
    else:
        end = start if isinstance(start, datetime) else start + DAY
    return _moment(start, zone), _moment(end, zone)


def _repeated(event, start: datetime, now: datetime) -> Iterator[datetime]:
    """Yield the start of an event, or each of its starts up to ``FARTHEST``, at the same hour of its own time zone."""
    if "RRULE" not in event:
        yield start
        return
    rule = event["RRULE"]
    until = (now + FARTHEST).astimezone(start.tzinfo).replace(tzinfo=None)
    first = start.replace(tzinfo=None)
    if first.year < FIRST_YEAR:
        text = _("An event of the calendar that repeats began before the year %(year)s.")
        raise InvalidCalendar(text % {"year": FIRST_YEAR})
    if not _is_cheap_rule(rule):
        raise InvalidCalendar(_("An event of the calendar repeats too often."))
    if first >= until:
        return
    until = min([until, *(_recurrence_end(one, start.tzinfo) for one in rule.get("UNTIL", []))])
    rule = type(rule)({name: values for name, values in rule.items() if name != "UNTIL"})
    repeated = rrulestr(rule.to_ical().decode(), dtstart=_shift_years(first, SHIFT))
    times = (_shift_years(at, -SHIFT) for at in islice(repeated, MAX_OCCURRENCES + 1))
    for number, one in enumerate(takewhile(lambda at: at <= until, times)):
        if number == MAX_OCCURRENCES:
            raise InvalidCalendar(_("An event of the calendar repeats too often."))
        yield one.replace(tzinfo=start.tzinfo)


def _is_cheap_rule(rule) -> bool:
    """Return whether a rule can be evaluated quickly, whatever it contains: see the module's docstring."""
    if any(str(one).upper() in TOO_OFTEN for one in rule.get("FREQ", [])) or "BYEASTER" in rule:
        return False  # the dates of Easter do not repeat after 400 years
    listed = {name: len(values) for name, values in rule.items() if isinstance(values, list)}
    a_day = prod(listed.get(name) or 1 for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    return (
        all(1 <= int(one) <= MAXYEAR for one in rule.get("INTERVAL", []))
        and sum(listed.values()) <= MAX_LISTED_VALUES
        and listed.get("BYSETPOS", 0) <= MAX_POSITIONS
        and a_day <= MAX_PER_DAY
    )


def _shift_years(at: datetime, years: int) -> datetime:
    return at.replace(year=at.year + years)


def _recurrence_end(until: date | datetime, zone) -> datetime:
    """Return the end of a recurrence in the time zone of its event; a date includes its whole day."""
    if not isinstance(until, datetime):
        return datetime.combine(until, time(23, 59, 59))
    return until.astimezone(zone).replace(tzinfo=None) if until.tzinfo else until


def _listed_times(event, name: str, zone) -> set[datetime]:
    """Return the times that ``EXDATE`` or ``RDATE`` lists; the start of each period."""
    listed = event.get(name, [])
    times = [one.dt for part in (listed if isinstance(listed, list) else [listed]) for one in part.dts]
    return {_moment(at[0] if isinstance(at, tuple) else at, zone) for at in times}


def _moment(at: date | datetime, zone) -> datetime:
    """Convert to a moment. Dates begin at midnight; the commune's zone applies where none is given."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(0))
    return at if at.tzinfo else at.replace(tzinfo=zone)
