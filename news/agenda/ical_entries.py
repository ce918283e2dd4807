"""Calendar entries of events.

Each date is an entry of its own, so that no calendar program has to calculate a recurrence across a change to summer
time.
"""

from home.formats import ical
from home.links.page_links import full_page_url

from . import event_dates as agenda


def calendar_entries(dates, request=None) -> list[ical.CalendarEntry]:
    """Build the calendar entries of dates of many events."""
    return [_entry(date.event, date, request) for date in dates]


def calendar_entries_of(event, request=None) -> list[ical.CalendarEntry]:
    """Build the calendar entries of all dates of one event."""
    return [_entry(event, date, request) for date in agenda.occurrences_of(event)]


def _entry(event, date, request) -> ical.CalendarEntry:
    which = f"-{date.first_day:%Y%m%d}" if event.repeats else ""
    return ical.CalendarEntry(
        uid=f"{event.translation_key}{which}",
        stamp=event.last_published_at or date.start,
        start=date.first_day if date.whole_days else date.start,
        end=date.last_day if date.whole_days else date.end,
        title=event.title,
        text=event.lead,
        place=", ".join(filter(None, [event.place, event.address])),
        url=full_page_url(event, request),
        cancelled=date.cancelled,
    )
