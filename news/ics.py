"""Events for calendars, as iCalendar (RFC 5545). Times go out in UTC: no time zone has to be described."""

from datetime import UTC, datetime


def calendar(name: str, events, request=None) -> str:
    """A calendar of event pages."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//commune//agenda//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
    ]
    for event in events:
        lines += _event(event, request)
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def _event(event, request) -> list[str]:
    place = ", ".join(filter(None, [event.place, event.address]))
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.translation_key}@commune",
        f"DTSTAMP:{_moment(event.last_published_at or event.start)}",
        f"DTSTART:{_moment(event.start)}",
        f"DTEND:{_moment(event.end)}" if event.end else "",
        f"SUMMARY:{_text(event.title)}",
        f"DESCRIPTION:{_text(event.lead)}" if event.lead else "",
        f"LOCATION:{_text(place)}",
        f"URL:{event.get_full_url(request)}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    ]
    return list(filter(None, lines))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _fold(line: str) -> str:
    """Lines of at most 75 octets; what follows begins with a space. No character is cut in two."""
    folded, width = "", 0
    for sign in line:
        octets = len(sign.encode())
        if width + octets > 75:
            folded, width = f"{folded}\r\n ", 1
        folded, width = folded + sign, width + octets
    return folded
