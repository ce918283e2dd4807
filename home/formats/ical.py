"""Calendars as iCalendar (RFC 5545). Times are in UTC, so that no time zone has to be described."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from icalendar import Alarm, Calendar, Event, vText


@dataclass(frozen=True)
class CalendarEntry:
    """An entry of a calendar. With dates instead of times it lasts whole days, the last one included."""

    uid: str
    stamp: datetime
    start: datetime | date
    title: str
    end: datetime | date | None = None
    text: str = ""
    place: str = ""
    url: str = ""
    cancelled: bool = False
    alarm: timedelta | None = None  # before the start


def calendar_response(
    name: str, entries: Iterable[CalendarEntry], file_name: str = "agenda.ics"
) -> HttpResponse:
    """Return a response with the calendar, which calendar programs open or subscribe to."""
    answer = HttpResponse(render_calendar(name, entries), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, file_name)
    return answer


def render_calendar(name: str, entries: Iterable[CalendarEntry]) -> str:
    """Return the text of a calendar."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//commune//agenda//FR")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(name))  # a property that icalendar does not know is not escaped
    for entry in entries:
        calendar.add_component(_event(entry))
    lines: bytes = calendar.to_ical(sorted=False)
    return lines.decode()


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@commune")
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    event.add("dtstart", _value(entry.start))
    if entry.end and _has_end(entry):
        event.add("dtend", _end(entry.end))
    event.add("summary", entry.title)
    for name, value in (("description", entry.text), ("location", entry.place), ("url", entry.url)):
        if value:
            event.add(name, value)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # a public event makes nobody busy
    if entry.alarm:
        event.add_component(_alarm(entry.title, entry.alarm))
    return event


def _has_end(entry: CalendarEntry) -> bool:
    """Return whether the entry gets an end.

    An event that ends when it begins gets none: calendars refuse an end that is not later. A whole day always gets one.
    """
    return not isinstance(entry.end, datetime) or entry.end > entry.start


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm


def _value(value: datetime | date) -> datetime | date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _end(value: datetime | date) -> datetime | date:
    """Return the DTEND value. For dates it is exclusive: the day after the last."""
    return _value(value) if isinstance(value, datetime) else value + timedelta(days=1)
