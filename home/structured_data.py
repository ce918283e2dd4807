"""What search engines read of a page: schema.org."""

from .links import full_address

WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def known(data: dict) -> dict:
    """What is said of something, without what nobody knows."""
    return {"@context": "https://schema.org"} | {key: value for key, value in data.items() if value}


def office(page, request) -> dict:
    """A place with its hours, those of single days too."""
    usual = [
        {"dayOfWeek": f"https://schema.org/{WEEKDAYS[span.day]}"} | _hours(span.opens, span.closes)
        for span in page.spans
    ]
    single = [
        {"validFrom": one.day.isoformat(), "validThrough": one.day.isoformat()}
        | _hours(one.opens, one.closes)
        for one in page.others
    ]
    return known(
        {
            "@type": "GovernmentOffice",
            "name": page.title,
            "description": page.description,
            "url": full_address(page, request),
            "telephone": page.phone,
            "email": page.email,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": page.street,
                "postalCode": page.postcode,
                "addressLocality": page.town,
            }
            if page.town
            else None,
            "openingHoursSpecification": [*usual, *single],
        }
    )


def _hours(opens, closes) -> dict:
    return {"@type": "OpeningHoursSpecification", "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
