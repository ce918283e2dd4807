"""A canvas, 1200 units wide as in the design, drawn at twice the resolution for smooth edges."""

import itertools
import math
from io import BytesIO
from random import Random

from PIL import Image, ImageColor, ImageDraw

FINER = 2
PALETTE = {
    "sky": "#f6ead2",
    "sky2": "#f2dcae",
    "far": "#bcd0e6",
    "far2": "#93b0d4",
    "mid": "#6f93c2",
    "mid2": "#4a73ab",
    "lake": "#2d62ad",
    "lake2": "#4a7cc0",
    "lake3": "#1c4a8f",
    "near": "#122b52",
    "near2": "#1f4072",
    "wall": "#fbf6ea",
    "wall2": "#e6dcc6",
    "roof": "#8c4a32",
    "roof2": "#6f3925",
    "gold": "#e9b949",
    "red": "#c8322b",
    "wood": "#7c6248",
    "wood2": "#a58765",
    "vine": "#9aa05a",
    "vine2": "#6c7a3c",
    "leaf": "#4f6f52",
    "leaf2": "#3b5640",
    "stone": "#b9b2a5",
    "skin": "#e7bd96",
    "skin2": "#b97f57",
    "ink": "#1d1b18",
}
NIGHT = PALETTE | {
    "sky": "#1d2740",
    "sky2": "#2a3655",
    "far": "#46587a",
    "far2": "#384a6d",
    "mid": "#2d4167",
    "mid2": "#22365b",
    "lake": "#173564",
    "lake2": "#244a82",
    "lake3": "#0f264b",
    "near": "#0a1526",
    "near2": "#12203a",
    "wall": "#8b92a6",
    "wall2": "#6d7690",
    "roof": "#e9edf4",
    "roof2": "#c3cddd",
    "leaf": "#1f3340",
    "leaf2": "#182833",
    "vine": "#dfe5ee",
    "vine2": "#b8c4d8",
    "stone": "#7a8299",
}


class Canvas:
    """A canvas for flat shapes. ``random`` is seeded, so that a scene always has the same bytes."""

    def __init__(self, width: int, height: int, *, units: int = 1200, seed: int = 0, palette: dict = PALETTE):
        self.palette = palette
        self.random = Random(seed)
        self.scale = width * FINER / units
        self.width, self.height = units, height * units / width
        self.image = Image.new("RGB", (width * FINER, height * FINER), self.colour("sky"))
        self.pen = ImageDraw.Draw(self.image)

    def colour(self, name: str) -> tuple[int, int, int]:
        """Return the RGB of a palette name, hex value or mixture: ``lake:wall:30`` has 30 % of the second."""
        if ":" in name:
            first, second, share = name.rsplit(":", 2)
            pairs = zip(self.colour(first), self.colour(second), strict=True)
            return tuple(round(a + (b - a) * int(share) / 100) for a, b in pairs)
        return ImageColor.getrgb(self.palette.get(name, name))[:3]

    def _points(self, points):
        return [(x * self.scale, y * self.scale) for x, y in points]

    def polygon(self, colour: str, *points):
        self.pen.polygon(self._points(points), fill=self.colour(colour))

    def box(self, colour: str, x, y, width, height):
        self.polygon(colour, (x, y), (x + width, y), (x + width, y + height), (x, y + height))

    def ellipse(self, colour: str, x, y, rx, ry=None):
        ry = rx if ry is None else ry
        (left, top), (right, bottom) = self._points([(x - rx, y - ry), (x + rx, y + ry)])
        self.pen.ellipse((left, top, right, bottom), fill=self.colour(colour))

    def line(self, colour: str, width, *points):
        self.pen.line(
            self._points(points),
            fill=self.colour(colour),
            width=max(1, round(width * self.scale)),
            joint="curve",
        )

    def curve(self, colour: str, width, start, control, end):
        """Draw a quadratic curve."""
        self.line(colour, width, *bezier(start, control, end))

    def ridge(self, colour: str, summits, base, *, rough=8, pieces=5):
        """Draw a mountain line through ``summits`` with random offsets, filled down to ``base``."""
        points = []
        for (x1, y1), (x2, y2) in itertools.pairwise(summits):
            for i in range(pieces):
                t = i / pieces
                jitter = self.random.uniform(-rough, rough) if i else 0
                points.append((x1 + (x2 - x1) * t, y1 + (y2 - y1) * t + jitter))
        points.append(summits[-1])
        self.polygon(colour, *points, (summits[-1][0], base), (summits[0][0], base))

    def facet(self, colour: str, x, y, base, *, lean=0.35, width=60):
        """Draw the shaded side of a summit."""
        steps, points = 8, [(x, y)]
        for i in range(1, steps + 1):
            t = i / steps
            points.append(
                (x + (1 if i % 2 else -1) * self.random.uniform(6, 16) - 10 * t, y + (base - y) * t)
            )
        self.polygon(colour, *points, (x + width + lean * (base - y), base))

    def ripples(self, top, bottom, *, left=0, right=None):
        """Draw water between two heights, as lenses that grow towards the viewer."""
        right = right or self.width
        y, light = top + 6.0, True
        while y < bottom:
            near = (y - top) / max(1, bottom - top)
            x = left - self.random.uniform(0, 60)
            while x < right:
                length = self.random.uniform(40, 90) * (1 + 2 * near)
                self.ellipse("lake2" if light else "lake3", x + length / 2, y, length / 2, 0.8 + 3.2 * near)
                x += length + self.random.uniform(60, 170) * (0.6 + 1.4 * near)
            y += 5 + 26 * near
            light = not light

    def png(self) -> bytes:
        out = BytesIO()
        self.image.reduce(FINER).save(out, "PNG", compress_level=6)
        return out.getvalue()


def bezier(start, control, end, pieces: int = 24):
    """Return points of a quadratic curve."""
    points = []
    for i in range(pieces + 1):
        t = i / pieces
        points.append(
            tuple(
                (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c
                for a, b, c in zip(start, control, end, strict=True)
            )
        )
    return points


def arch(x, y, width, height, pieces: int = 16):
    """Return the outline of a window or door with a round top, with its base on ``y``."""
    radius = width / 2
    top = y - height + radius
    head = [
        (x + radius - radius * math.cos(math.pi * i / pieces), top - radius * math.sin(math.pi * i / pieces))
        for i in range(pieces + 1)
    ]
    return [(x, y), *head, (x + width, y)]
