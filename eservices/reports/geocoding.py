"""Geocoding of typed places by the commune's own data: its houses, places on maps and published reports."""

import re

from eservices.formbuilder.logic.address_spellings import (
    normalize_house_number,
    split_street_line,
    street_key,
)
from eservices.formbuilder.models import HouseNumber
from home.caching.site_version import cached_per_version
from home.models import PlacesPage

from .models import ProblemReport
from .nearby import Point, plain_text, street_name

LOOKED_AT = 200  # published reports, the latest first


def find_place(text: str) -> tuple[Point, bool] | None:
    """Return the coordinates of a typed place, and whether they are those of the house; None if it is unknown.

    If only the street is known, those of a place in it: so are those of a report that names no house.
    """
    wanted = plain_text(text)
    street, number = street_name(text), _number(text)
    if not street:
        return None
    house = split_street_line(text.partition(",")[0])
    if house[1] and (point := _house(*house)):
        return point, True
    in_street = None
    places = _places_on_pages()
    for place, (name, point) in enumerate([*places, *_published_reports()]):
        is_named = plain_text(name) == wanted and place < len(places)
        if is_named or (number and (street_name(name), _number(name)) == (street, number)):
            return point, True
        if in_street is None and street_name(name) == street:
            in_street = point
    in_street = in_street or _house(street, "")
    return None if in_street is None else (in_street, False)


def _house(street: str, number: str) -> Point | None:
    """Return the coordinates of a house of the tables of streets, or of any house of a street without ``number``."""
    there = HouseNumber.objects.filter(active=True, lat__isnull=False, lon__isnull=False)
    if number:
        there = there.filter(key=normalize_house_number(number))
    wanted = street_key(street)
    rows = there.order_by("street", "pk").values_list("street__label", "lat", "lon")
    return next(((lat, lon) for name, lat, lon in rows.iterator() if street_key(name) == wanted), None)


def _number(text: str) -> str:
    """Return the house number in a typed place, without blanks; "" if it has none. A postcode is none."""
    found = re.search(r"\b\d{1,3}\s*[a-z]?\b", plain_text(text))
    return found.group().replace(" ", "") if found else ""


def _places_on_pages() -> list[tuple[str, Point]]:
    return cached_per_version("places-on-pages", _read_places)


def _read_places() -> list[tuple[str, Point]]:
    pages = PlacesPage.objects.live().public()
    places = [one.value for page in pages for one in page.places if one.block_type == "place"]
    return [
        (name, (place["lat"], place["lon"]))
        for place in places
        for name in (place["name"], place["address"])
        if name
    ]


def _published_reports() -> list[tuple[str, Point]]:
    found = ProblemReport.objects.filter(published=True, lat__isnull=False, lon__isnull=False)
    rows = found.exclude(public_place="").newest_first().values_list("public_place", "lat", "lon")
    return [
        (place, (lat, lon)) for place, lat, lon in rows[:LOOKED_AT] if lat is not None and lon is not None
    ]
