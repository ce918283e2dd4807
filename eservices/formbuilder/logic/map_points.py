"""Points on maps from the coordinates of official files: degrees (WGS 84), or Swiss metres (LV95). Pure."""

import math

type Point = tuple[float, float]  # latitude and longitude, in degrees

PLACES = 6  # decimals: 11 cm


def map_point(north: str, east: str) -> Point | None:
    """Return the point of two coordinates as a file has them, degrees or Swiss metres; None if they are none."""
    try:
        numbers = float(north.replace(",", ".")), float(east.replace(",", "."))
    except ValueError:
        return None
    if not all(map(math.isfinite, numbers)):
        return None
    if 1_000_000 <= numbers[0] < 1_400_000 and 2_400_000 <= numbers[1] < 2_900_000:
        return _from_swiss_metres(*numbers)
    is_on_earth = -90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180
    return (round(numbers[0], PLACES), round(numbers[1], PLACES)) if is_on_earth and any(numbers) else None


def _from_swiss_metres(north: float, east: float) -> Point:
    """Convert LV95 to degrees, exact to about a metre.

    Source: swisstopo, approximate formulas for the transformation between Swiss projection coordinates and WGS84.
    """
    y, x = (east - 2_600_000) / 1_000_000, (north - 1_200_000) / 1_000_000
    lon = 2.6779094 + 4.728982 * y + 0.791484 * y * x + 0.1306 * y * x**2 - 0.0436 * y**3
    lat = 16.9023892 + 3.238272 * x - 0.270978 * y**2 - 0.002528 * x**2 - 0.0447 * y**2 * x - 0.0140 * x**3
    return round(lat * 100 / 36, PLACES), round(lon * 100 / 36, PLACES)
