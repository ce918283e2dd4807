"""Structured data of articles for search engines: schema.org."""

from django.utils import timezone
from django.utils.translation import get_language

from home.formats.structured_data import drop_unknown, local_iso_time, picture_url
from home.links.page_links import full_page_url
from home.models import CommuneSettings


def article_structured_data(page, request) -> dict:
    published = timezone.localtime(page.first_published_at) if page.first_published_at else None
    return drop_unknown(
        {
            "@type": "NewsArticle",
            "headline": page.title,
            "description": page.description,
            "image": picture_url(page, request),
            "datePublished": page.date.isoformat(),
            "dateModified": local_iso_time(page.last_published_at) or (published and published.isoformat()),
            "inLanguage": get_language(),
            "mainEntityOfPage": full_page_url(page, request),
            "publisher": _organisation(request),
            "author": {"@type": "Organization", "name": page.author}
            if page.author
            else _organisation(request),
        }
    )


def _organisation(request) -> dict:
    commune = CommuneSettings.current(request)
    return {"@type": "GovernmentOrganization", "name": commune.kind or commune.name}
