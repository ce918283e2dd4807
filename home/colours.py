"""The commune's own colour, and the tints that follow from it. Pure."""

import colorsys

PAPER, NIGHT, WHITE = "#fcfaf6", "#161513", "#ffffff"
LAKE = "#12479a"  # what the stylesheets have where the commune chose none
READABLE = 4.5  # WCAG 2.2, 1.4.3


def rgb(colour: str) -> tuple[int, int, int]:
    """``#12479a`` as three numbers."""
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def mix(colour: str, other: str, share: float) -> str:
    """``colour`` with a ``share`` of ``other`` in it."""
    pairs = zip(rgb(colour), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    parts = [part / 255 for part in rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str) -> bool:
    """Whether text of this colour can be read on paper and on its own tint, and white text on it."""
    tint = mix(colour, WHITE, 0.9)
    return all(contrast(colour, ground) >= READABLE for ground in (PAPER, WHITE, tint))


def light_on_night(colour: str) -> str:
    """The same colour, light enough to be read at night."""
    for step in range(20):
        lighter = mix(colour, WHITE, step / 20)
        if contrast(lighter, NIGHT) >= 7:
            return lighter
    return WHITE


def stylesheet(colour: str) -> str:
    """The custom properties that give the site this colour, by day and by night."""
    night = light_on_night(colour)
    day = {
        "lac": colour,
        "link": colour,
        "lac-deep": mix(colour, "#000000", 0.35),
        "lac-tint": mix(colour, WHITE, 0.9),
    }
    dark = {
        "lac": night,
        "link": night,
        "lac-deep": mix(night, WHITE, 0.4),
        "lac-tint": mix(colour, NIGHT, 0.75),
        "on-lac": NIGHT,
    }
    return f":root{{{_rules(day)}}}@media (prefers-color-scheme:dark){{:root{{{_rules(dark)}}}}}"


def admin_stylesheet(colour: str) -> str:
    """Wagtail's own properties: the menu in the deep shade, links and buttons in the colour."""
    light = {**_hsl("primary", mix(colour, "#000000", 0.35)), **_hsl("secondary", colour)}
    light["w-color-secondary-50"] = mix(colour, WHITE, 0.9)
    light["w-color-secondary-75"] = mix(colour, WHITE, 0.6)
    night = light_on_night(colour)
    dark = _rules({"w-color-secondary-100": night, "w-color-secondary-75": night})
    return (
        f":root{{{_rules(light)}}}:root.w-theme-dark{{{dark}}}"
        f"@media (prefers-color-scheme:dark){{:root.w-theme-system{{{dark}}}}}"
    )


def _hsl(name: str, colour: str) -> dict[str, str]:
    """The three properties that Wagtail mixes its shades of ``name`` from."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in rgb(colour)))
    return {
        f"w-color-{name}-hue": f"{hue * 360:.1f}",
        f"w-color-{name}-saturation": f"{saturation:.1%}",
        f"w-color-{name}-lightness": f"{lightness:.1%}",
    }


def _rules(properties: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in properties.items())
