"""What search engines read of news and events: schema.org."""

from django.utils import timezone
from django.utils.translation import get_language

from home import social
from home.links import full_address
from home.models import CommuneSettings
from home.structured_data import known


def news_article(page, request) -> dict:
    published = timezone.localtime(page.first_published_at) if page.first_published_at else None
    return known(
        {
            "@type": "NewsArticle",
            "headline": page.title,
            "description": page.description,
            "image": _picture(page, request),
            "datePublished": page.date.isoformat(),
            "dateModified": _moment(page.last_published_at) or (published and published.isoformat()),
            "inLanguage": get_language(),
            "mainEntityOfPage": full_address(page, request),
            "publisher": _organisation(request),
            "author": {"@type": "Organization", "name": page.author}
            if page.author
            else _organisation(request),
        }
    )


def event(page, request, date, schedule) -> dict:
    """An event at its next date, with its rhythm."""
    state = "EventCancelled" if date.cancelled else "EventScheduled"
    return known(
        {
            "@type": "Event",
            "name": page.title,
            "description": page.description,
            "image": _picture(page, request),
            "startDate": date.first_day.isoformat() if date.whole_days else _moment(date.start),
            "endDate": date.last_day.isoformat() if date.whole_days else _moment(date.end),
            "eventSchedule": schedule,
            "eventStatus": f"https://schema.org/{state}",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "inLanguage": get_language(),
            "url": full_address(page, request),
            "location": {"@type": "Place", "name": page.place, "address": page.address or page.place},
            "organizer": {"@type": "Organization", "name": page.organised_by} if page.organised_by else None,
        }
    )


def _picture(page, request) -> str | None:
    """The picture that networks show too."""
    picture = social.picture(page, request)
    return picture["url"] if picture else None


def _organisation(request) -> dict:
    commune = CommuneSettings.current(request)
    return {"@type": "GovernmentOrganization", "name": commune.kind or commune.name}


def _moment(value) -> str | None:
    return timezone.localtime(value).isoformat() if value else None
