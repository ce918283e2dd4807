"""Structured data of events for search engines: schema.org."""

from django.utils.translation import get_language

from home.formats.structured_data import drop_unknown, local_iso_time, picture_url
from home.links.page_links import full_page_url


def event_structured_data(page, request, date, schedule) -> dict:
    """Return the event at its next date, with its recurrence."""
    state = "EventCancelled" if date.cancelled else "EventScheduled"
    return drop_unknown(
        {
            "@type": "Event",
            "name": page.title,
            "description": page.description,
            "image": picture_url(page, request),
            "startDate": date.first_day.isoformat() if date.whole_days else local_iso_time(date.start),
            "endDate": date.last_day.isoformat() if date.whole_days else local_iso_time(date.end),
            "eventSchedule": schedule,
            "eventStatus": f"https://schema.org/{state}",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "inLanguage": get_language(),
            "url": full_page_url(page, request),
            "location": {"@type": "Place", "name": page.place, "address": page.address or page.place},
            "organizer": {"@type": "Organization", "name": page.organised_by} if page.organised_by else None,
        }
    )
