"""Calendars as iCalendar (RFC 5545). Times are in UTC, so that no time zone has to be described."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpResponse
from django.utils.http import content_disposition_header


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
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//commune//agenda//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape_text(name)}",
    ]
    for entry in entries:
        lines += _event(entry)
    return join_lines([*lines, "END:VCALENDAR"])


def join_lines(lines: Iterable[str]) -> str:
    """Join the content lines of a calendar or card, folded and without empty ones."""
    return "".join(f"{_fold_line(line)}\r\n" for line in lines if line)


def escape_text(value: str) -> str:
    """Escape a text so that it adds no field and no line."""
    text = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def _event(entry: CalendarEntry) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}@commune",
        f"DTSTAMP:{_moment(entry.stamp)}",
        f"DTSTART{_date_property(entry.start)}",
        f"DTEND{_end(entry.end)}" if entry.end and _has_end(entry) else "",
        f"SUMMARY:{escape_text(entry.title)}",
        f"DESCRIPTION:{escape_text(entry.text)}" if entry.text else "",
        f"LOCATION:{escape_text(entry.place)}" if entry.place else "",
        f"URL:{entry.url}" if entry.url else "",
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",  # a public event makes nobody busy
        *(_alarm(entry) if entry.alarm else []),
        "END:VEVENT",
    ]


def _has_end(entry: CalendarEntry) -> bool:
    """Return whether the entry gets an end.

    An event that ends when it begins gets none: calendars refuse an end that is not later. A whole day always gets one.
    """
    return not isinstance(entry.end, datetime) or entry.end > entry.start


def _alarm(entry: CalendarEntry) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{escape_text(entry.title)}",
        f"TRIGGER:-PT{int(entry.alarm.total_seconds()) // 60}M",
        "END:VALARM",
    ]


def _date_property(value: datetime | date) -> str:
    return f":{_moment(value)}" if isinstance(value, datetime) else f";VALUE=DATE:{value:%Y%m%d}"


def _end(value: datetime | date) -> str:
    """Return the DTEND value. For dates it is exclusive: the day after the last."""
    return _date_property(value if isinstance(value, datetime) else value + timedelta(days=1))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _fold_line(line: str) -> str:
    """Fold a line at 75 octets; continuations begin with a space. No character is split."""
    folded, width = "", 0
    for sign in line:
        octets = len(sign.encode())
        if width + octets > 75:
            folded, width = f"{folded}\r\n ", 1
        folded, width = folded + sign, width + octets
    return folded
