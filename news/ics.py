"""Events for calendars."""

from home import ical
from home.links import full_address


def calendar(name: str, events, request=None) -> str:
    """A calendar of event pages."""
    return ical.calendar(name, entries(events, request))


def entries(events, request=None) -> list[ical.Entry]:
    return [_entry(event, request) for event in events]


def _entry(event, request) -> ical.Entry:
    return ical.Entry(
        uid=str(event.translation_key),
        stamp=event.last_published_at or event.start,
        start=event.start,
        end=event.end,
        title=event.title,
        text=event.lead,
        place=", ".join(filter(None, [event.place, event.address])),
        url=full_address(event, request),
        cancelled=event.cancelled,
    )
