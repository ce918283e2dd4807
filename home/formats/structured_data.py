"""Structured data for search engines (schema.org)."""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from wagtail.models import Page

from ..links.page_links import full_page_url
from . import social_image

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def drop_unknown(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data with its context and without empty values."""
    return {"@context": "https://schema.org"} | {key: value for key, value in data.items() if value}


def office_data(page: Page, request: HttpRequest) -> dict[str, Any]:
    """Return the data of an office with its opening hours and the exceptions of the next weeks."""
    usual = [
        {"dayOfWeek": f"https://schema.org/{WEEKDAYS[span.day]}"} | _hours(span.opens, span.closes)
        for span in page.spans
    ]
    otherwise = [
        {"validFrom": one.first.isoformat(), "validThrough": one.last.isoformat()} | hours
        for one in page.deviations
        for hours in ([_hours(span.opens, span.closes) for span in one.spans] or [_hours(time(), time())])
    ]
    return drop_unknown(
        {
            "@type": "GovernmentOffice",
            "name": page.title,
            "description": page.description,
            "url": full_page_url(page, request),
            "telephone": page.phone,
            "email": page.email,
            "address": postal_address_data(page.street, page.postcode, page.town) if page.town else None,
            "openingHoursSpecification": [*usual, *otherwise],
        }
    )


def postal_address_data(street: str, postcode: str, town: str) -> dict[str, str]:
    """Return a postal address in the commune's country. Job boards require the country."""
    return {
        "@type": "PostalAddress",
        "streetAddress": street,
        "postalCode": postcode,
        "addressLocality": town,
        "addressCountry": settings.COUNTRY,
    }


def _hours(opens: time, closes: time) -> dict[str, str]:
    """Return an opening hours specification. Midnight to midnight means closed."""
    return {"@type": "OpeningHoursSpecification", "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


def picture_url(page: Page, request: HttpRequest | None) -> str | None:
    """Return the address of the page's social image; None if there is none."""
    picture = social_image.social_image(page, request)
    return picture["url"] if picture else None


def local_iso_time(value: datetime | None) -> str | None:
    return timezone.localtime(value).isoformat() if value else None
