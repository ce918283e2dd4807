"""What search engines read of a page: schema.org."""

from datetime import time

from django.conf import settings
from django.utils import timezone

from ..links.page_links import full_page_url
from . import social_image

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def drop_unknown(data: dict) -> dict:
    """What is said of something, without what nobody knows."""
    return {"@context": "https://schema.org"} | {key: value for key, value in data.items() if value}


def office_data(page, request) -> dict:
    """A place with its hours, and with what is otherwise in the weeks ahead."""
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
    """Where something is in this country, which job boards want to read too."""
    return {
        "@type": "PostalAddress",
        "streetAddress": street,
        "postalCode": postcode,
        "addressLocality": town,
        "addressCountry": settings.COUNTRY,
    }


def _hours(opens: time, closes: time) -> dict:
    """From midnight to the same midnight: closed, as search engines read it."""
    return {"@type": "OpeningHoursSpecification", "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


def picture_url(page, request) -> str | None:
    """The picture that networks show too."""
    picture = social_image.social_image(page, request)
    return picture["url"] if picture else None


def local_iso_time(value) -> str | None:
    return timezone.localtime(value).isoformat() if value else None
