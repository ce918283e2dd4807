"""Structured data for search engines (schema.org)."""

from datetime import time

from django.conf import settings
from django.utils import timezone

from ..links.page_links import full_page_url
from . import social_image

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def drop_unknown(data: dict) -> dict:
    """Return the data with its context and without empty values."""
    return {"@context": "https://schema.org"} | {key: value for key, value in data.items() if value}


def office_data(page, request) -> dict:
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


def postal_address_data(street: str, postcode: str, town: str) -> dict:
    """Return a postal address in the commune's country. Job boards require the country."""
    return {
        "@type": "PostalAddress",
        "streetAddress": street,
        "postalCode": postcode,
        "addressLocality": town,
        "addressCountry": settings.COUNTRY,
    }


def _hours(opens: time, closes: time) -> dict:
    """Return an opening hours specification. Midnight to midnight means closed."""
    return {"@type": "OpeningHoursSpecification", "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


def picture_url(page, request) -> str | None:
    """Return the address of the page's social image; None if there is none."""
    picture = social_image.social_image(page, request)
    return picture["url"] if picture else None


def local_iso_time(value) -> str | None:
    return timezone.localtime(value).isoformat() if value else None
