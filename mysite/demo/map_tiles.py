"""Map tiles of the invented town, drawn here, so that the demo shows maps without requests to another origin.

The places are those of the demo's problem reports. Every tile is drawn from the same shapes, so that names and
streets continue across its edges.
"""

from itertools import pairwise
from math import atan2, cos, degrees, log, pi, radians, tan

from django.http import Http404, HttpResponse
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

SIZE, CLOSEST, NAMED_FROM = 256, 19, 15
LAND, LAKE, WOOD, ROAD, EDGE, RAIL, INK = (
    "#f4efe6",
    "#c4d4e6",
    "#dbe3c8",
    "#ffffff",
    "#d8cfbf",
    "#8d8478",
    "#4a443c",
)

type Place = tuple[float, float]  # latitude, longitude

SHORE = [
    (46.40, 6.30), (46.4560, 6.3600), (46.4592, 6.3920), (46.4602, 6.4030), (46.4606, 6.4085), (46.4610, 6.4126),
    (46.4605, 6.4170), (46.4596, 6.4230), (46.4570, 6.4400), (46.40, 6.52),
]  # fmt: skip
WOODS = {
    "Bois des Ormes": [(46.4716, 6.4030), (46.4722, 6.4062), (46.4738, 6.4075), (46.4752, 6.4020), (46.4730, 6.3990)],
    "Parc du Port": [(46.4614, 6.4100), (46.4614, 6.4120), (46.4622, 6.4119), (46.4622, 6.4103)],
}  # fmt: skip
STREETS = {
    "Route cantonale": [
        (46.4560, 6.3000), (46.4618, 6.3900), (46.4633, 6.4060), (46.4641, 6.4105), (46.4665, 6.4150),
        (46.4701, 6.4203), (46.4745, 6.4300), (46.5000, 6.5200),
    ],
    "Rue du Lac": [(46.4641, 6.4105), (46.4632, 6.4121), (46.4624, 6.4148), (46.4613, 6.4192)],
    "Avenue de la Gare": [(46.4641, 6.4105), (46.4668, 6.4117), (46.4679, 6.4131), (46.4694, 6.4149)],
    "Chemin du Stand": [(46.4655, 6.4111), (46.4659, 6.4093), (46.4665, 6.4080), (46.4671, 6.4055)],
    "Rue des Vignes": [(46.4659, 6.4093), (46.4681, 6.4077), (46.4689, 6.4068), (46.4716, 6.4050)],
    "Rue du Midi": [(46.4641, 6.4105), (46.4646, 6.4131), (46.4644, 6.4165)],
    "Rue du Temple": [(46.4641, 6.4105), (46.4643, 6.4099), (46.4648, 6.4083)],
    "Ruelle du Four": [(46.4632, 6.4121), (46.4637, 6.4108), (46.4633, 6.4092)],
    "Clos Aurel": [(46.4635, 6.4074), (46.4625, 6.4079), (46.4612, 6.4077)],
    "Chemin des Sablons": [(46.4624, 6.4148), (46.4612, 6.4155), (46.4608, 6.4166)],
}  # fmt: skip
RAILWAY = [
    (46.4600, 6.3000),
    (46.4655, 6.3900),
    (46.4690, 6.4080),
    (46.4694, 6.4149),
    (46.4730, 6.4300),
    (46.4900, 6.5200),
]


@require_safe
@cache_control(public=True, max_age=86400)
def map_tile(request, z: int, x: int, y: int) -> HttpResponse:
    """Return one tile of the map as SVG."""
    if z > CLOSEST or x >= 2**z or y >= 2**z:
        raise Http404
    return HttpResponse(draw_tile(z, x, y), content_type="image/svg+xml")


def draw_tile(z: int, x: int, y: int) -> str:
    """Draw the tile as SVG."""

    def at(place: Place) -> tuple[float, float]:
        return _projected(place, z, x, y)

    wide = max(3.0, 12 * 2.0 ** (z - 17))
    parts = [_shape("polygon", SHORE, at, f'fill="{LAKE}"')]
    parts += [_shape("polygon", wood, at, f'fill="{WOOD}"') for wood in WOODS.values()]
    parts.append(
        _shape(
            "polyline", RAILWAY, at, f'fill="none" stroke="{RAIL}" stroke-width="2" stroke-dasharray="8 4"'
        )
    )
    for colour, width in ((EDGE, wide + 2), (ROAD, wide)):
        look = f'fill="none" stroke="{colour}" stroke-width="{width:.1f}" stroke-linecap="round"'
        parts += [_shape("polyline", street, at, look) for street in STREETS.values()]
    if z >= NAMED_FROM:
        parts += [_name(name, street, at) for name, street in STREETS.items()]
    content = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">'
        f'<rect width="{SIZE}" height="{SIZE}" fill="{LAND}"/>{content}</svg>'
    )


def _projected(place: Place, z: int, x: int, y: int) -> tuple[float, float]:
    """Return the position of a place on the tile in pixels, in Web Mercator projection."""
    lat, lon = radians(place[0]), place[1]
    world = SIZE * 2**z
    north = (1 - log(tan(lat) + 1 / cos(lat)) / pi) / 2
    return (lon + 180) / 360 * world - x * SIZE, north * world - y * SIZE


def _shape(kind: str, places: list[Place], at, look: str) -> str:
    points = " ".join(f"{left:.1f},{top:.1f}" for left, top in map(at, places))
    return f'<{kind} points="{points}" {look}/>'


def _name(name: str, street: list[Place], at) -> str:
    """Return the street's name along its longest segment, never upside down."""
    ends = max(pairwise(street), key=lambda pair: _length(at(pair[0]), at(pair[1])))
    (left, top), (right, low) = sorted((at(ends[0]), at(ends[1])))
    turned = degrees(atan2(low - top, right - left))
    middle = f"{(left + right) / 2:.1f} {(top + low) / 2:.1f}"
    return (
        f'<text transform="translate({middle}) rotate({turned:.1f})" y="4" text-anchor="middle" '
        f'font-family="sans-serif" font-size="11" fill="{INK}" stroke="{ROAD}" stroke-width="3" '
        f'paint-order="stroke">{escape(name)}</text>'
    )


def _length(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
