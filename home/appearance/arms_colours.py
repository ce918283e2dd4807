"""Colours of the commune's arms, suggested to editors."""

import re
from collections import Counter

from PIL import Image

from . import colours

SVG_COLOUR = re.compile(rb"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
MAX_PIXELS = 4_000_000  # pixels; larger arms are not analysed
MAX_COLOURS = 4


def suggest_colours(arms) -> list[dict[str, str]]:
    """Return the tinctures of a file, most used first, each with its nearest strong and bright shade."""
    tinctures = [colour for colour in _colours(arms) if _is_colourful(colour)]
    return [
        {
            "own": colour,
            "strong": colours.darken_until_readable(colour),
            "bright": colours.lighten_until_bright(colour),
        }
        for colour in list(dict.fromkeys(tinctures))[:MAX_COLOURS]
    ]


def _colours(arms) -> list[str]:
    try:
        with arms.open("rb") as file:
            return _png_colours(file) if arms.name.lower().endswith(".png") else _svg_colours(file.read())
    except (OSError, ValueError, Image.DecompressionBombError):  # missing or no image
        return []


def _svg_colours(drawing: bytes) -> list[str]:
    """Return the colours in an SVG, most frequent first."""
    found = (word.decode().lower() for word in SVG_COLOUR.findall(drawing))
    whole = (word if len(word) == 6 else "".join(letter * 2 for letter in word) for word in found)
    return [f"#{word}" for word, _times in Counter(whole).most_common()]


def _png_colours(file) -> list[str]:
    """Return the colours of the opaque pixels of a PNG, largest area first. [] if the image is too large."""
    picture = Image.open(file)
    if picture.width * picture.height > MAX_PIXELS:
        return []
    small = picture.convert("RGBA").resize((48, 48), Image.Resampling.NEAREST)
    opaque = [pixel[:3] for pixel in small.get_flattened_data() if pixel[3] > 200]
    if not opaque:
        return []
    flat = Image.new("RGB", (len(opaque), 1))
    flat.putdata(opaque)
    few = flat.quantize(8).convert("RGB").get_flattened_data()
    return ["#{:02x}{:02x}{:02x}".format(*pixel) for pixel, _times in Counter(few).most_common()]


def _is_colourful(colour: str) -> bool:
    """Return whether it is a colour other than black, white or grey."""
    parts = colours.parse_rgb(colour)
    return max(parts) - min(parts) > 40
