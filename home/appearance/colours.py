"""The commune's two colours and the tints derived from them, in light and dark mode. Pure.

The strong one is for links and buttons. The bright one is for highlights: alerts, search matches, the focus.
"""

import colorsys
from collections.abc import Callable
from functools import lru_cache

PAPER, SAND, NIGHT, NIGHT_SAND = "#fcfaf6", "#f5f1e8", "#161513", "#1f1d1a"
WHITE, BLACK = "#ffffff", "#000000"
INK, SOFT, NIGHT_INK, NIGHT_SOFT = "#1d1b18", "#5a554c", "#f3efe7", "#b9b2a5"
LAKE, SUN = "#12479a", "#f3c64f"  # the defaults in the style sheets
READABLE = 4.5  # WCAG 2.2, 1.4.3


def parse_rgb(colour: str) -> tuple[int, int, int]:
    """Return the red, green and blue values of a colour such as ``#12479a``."""
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def mix_colours(colour: str, other: str, share: float) -> str:
    """Mix a ``share`` (0 to 1) of ``other`` into ``colour``."""
    pairs = zip(parse_rgb(colour), parse_rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def relative_luminance(colour: str) -> float:
    parts = [part / 255 for part in parse_rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG, 1 to 21."""
    light, dark = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def min_text_contrast(colour: str) -> float:
    """Return the lowest contrast of text of this colour.

    Compared with every light background, with the colour's own tint, and with white.
    """
    return min(
        contrast_ratio(colour, ground) for ground in (PAPER, SAND, WHITE, mix_colours(colour, WHITE, 0.9))
    )


def dark_text_contrast(colour: str) -> float:
    """Return the contrast of dark text on this colour. In dark mode it is also how visible the colour is."""
    return contrast_ratio(colour, INK)


def is_readable(colour: str) -> bool:
    """Return whether text of this colour is readable on every background of the light mode."""
    return min_text_contrast(colour) >= READABLE


def is_bright(colour: str) -> bool:
    """Return whether dark text on this colour is readable."""
    return dark_text_contrast(colour) >= READABLE


def darken_until_readable(colour: str) -> str:
    """Return the colour, darkened only as far as it takes to be readable."""
    return _shift_until_readable(colour, BLACK, is_readable)


def lighten_until_bright(colour: str) -> str:
    """Return the colour, lightened only as far as it takes for dark text on it to be readable."""
    return _shift_until_readable(colour, WHITE, is_bright)


def _shift_until_readable(colour: str, end: str, good: Callable[[str], bool]) -> str:
    shades = (mix_colours(colour, end, step / 100) for step in range(100))
    return next((shade for shade in shades if good(shade)), end)


def lighten_for_dark_mode(colour: str) -> str:
    """Return the colour, lightened until it is readable in dark mode, on its own tint too."""
    grounds = (NIGHT_SAND, _night_tint(colour))

    def good(shade: str) -> bool:
        return contrast_ratio(shade, NIGHT) >= 7 and all(
            contrast_ratio(shade, ground) >= READABLE for ground in grounds
        )

    return _shift_until_readable(colour, WHITE, good)


def _night_tint(colour: str) -> str:
    return mix_colours(colour, NIGHT, 0.75)


def _tinted_background(colour: str, ground: str, texts: tuple[str, ...]) -> str:
    """Return the background tinted with the colour, as strongly as all these texts stay readable.

    The share of the colour is 30 % at most.
    """

    def good(shade: str) -> bool:
        return all(contrast_ratio(text, shade) >= READABLE for text in texts)

    return _shift_until_readable(mix_colours(colour, ground, 0.7), ground, good)


@lru_cache(maxsize=16)
def colour_stylesheet(colour: str, second: str = "") -> str:
    """Return the CSS custom properties of these colours, for light and dark mode; none for an empty colour."""
    day, night = {}, {}
    strong = colour or LAKE
    light = lighten_for_dark_mode(strong)
    if colour:
        day = {
            "lac": colour,
            "link": colour,
            "lac-deep": mix_colours(colour, BLACK, 0.35),
            "lac-tint": mix_colours(colour, WHITE, 0.9),
        }
        night = {
            "lac": light,
            "link": light,
            "lac-deep": mix_colours(light, WHITE, 0.4),
            "lac-tint": _night_tint(colour),
            "on-lac": NIGHT,
        }
    if second:
        day |= {"gold": second, "gold-tint": _tinted_background(second, WHITE, (INK, SOFT, strong))}
        night |= {
            "gold": second,
            "gold-tint": _tinted_background(second, NIGHT, (NIGHT_INK, NIGHT_SOFT, light)),
            "focus": second,
        }
    dark = _rules(night)
    return (
        f"@layer tokens{{:root{{{_rules(day)}}}"
        f"@media (prefers-color-scheme:dark){{:root:not(.light){{{dark}}}}}:root.dark{{{dark}}}}}"
    )


@lru_cache(maxsize=16)
def admin_stylesheet(colour: str) -> str:
    """Return Wagtail's custom properties: the menu in the deep shade, links and buttons in the colour."""
    light = {**_hsl("primary", mix_colours(colour, "#000000", 0.35)), **_hsl("secondary", colour)}
    light["w-color-secondary-50"] = mix_colours(colour, WHITE, 0.9)
    light["w-color-secondary-75"] = mix_colours(colour, WHITE, 0.6)
    night = lighten_for_dark_mode(colour)
    dark = _rules({"w-color-secondary-100": night, "w-color-secondary-75": night})
    return (
        f":root{{{_rules(light)}}}:root.w-theme-dark{{{dark}}}"
        f"@media (prefers-color-scheme:dark){{:root.w-theme-system{{{dark}}}}}"
    )


def _hsl(name: str, colour: str) -> dict[str, str]:
    """Return the three properties from which Wagtail mixes its shades of ``name``."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in parse_rgb(colour)))
    return {
        f"w-color-{name}-hue": f"{hue * 360:.1f}",
        f"w-color-{name}-saturation": f"{saturation:.1%}",
        f"w-color-{name}-lightness": f"{lightness:.1%}",
    }


def _rules(properties: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in properties.items())
