"""Distances between places. Pure. Coordinates are degrees of WGS 84, distances are in metres."""

import math
import re
import unicodedata

NEAR = 120  # metres within which two reports are likely of the same problem
DEGREE = 111_320  # metres per degree of latitude

type Point = tuple[float, float]


def distance_in_metres(one: Point, other: Point) -> float:
    """Return the distance in metres. Flat approximation, exact enough within a town."""
    north = (other[0] - one[0]) * DEGREE
    east = (other[1] - one[1]) * DEGREE * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


def bounding_box(point: Point, metres: float = NEAR) -> tuple[Point, Point]:
    """Return the south-west and north-east corners of the square within ``metres`` of the point."""
    north = metres / DEGREE
    east = north / max(math.cos(math.radians(point[0])), 0.01)
    return (point[0] - north, point[1] - east), (point[0] + north, point[1] + east)


def street_name(place: str) -> str:
    """Return the street in a typed place, for comparison: without number, accents and capitals."""
    return " ".join(re.findall(r"[a-z]+", re.split(r"\d|,", plain_text(place))[0]))


def plain_text(place: str) -> str:
    """Return a typed place for comparison: without accents, capitals and signs."""
    plain = unicodedata.normalize("NFKD", place.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9,]+", letters))
