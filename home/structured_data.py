"""What search engines read of a page: schema.org."""

from datetime import time

from django.conf import settings

from .links import full_address

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def known(data: dict) -> dict:
    """What is said of something, without what nobody knows."""
    return {"@context": "https://schema.org"} | {key: value for key, value in data.items() if value}


def office(page, request) -> dict:
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
    return known(
        {
            "@type": "GovernmentOffice",
            "name": page.title,
            "description": page.description,
            "url": full_address(page, request),
            "telephone": page.phone,
            "email": page.email,
            "address": address(page.street, page.postcode, page.town) if page.town else None,
            "openingHoursSpecification": [*usual, *otherwise],
        }
    )


def address(street: str, postcode: str, town: str) -> dict:
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
