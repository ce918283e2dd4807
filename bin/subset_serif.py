"""Makes the serif of headlines from Libertinus Serif, with the letters of our languages.

``bin/subset_serif.py FOLDER``: the folder is the unpacked npm package @fontsource/libertinus-serif, as ``npm pack
@fontsource/libertinus-serif@5.3.0`` and ``tar xzf`` leave it. Needs fonttools 4.68 and brotli, which the site does not.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, save_font
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem

FONTS = Path(__file__).parent.parent / "mysite" / "static" / "fonts"
SOURCE = "files/libertinus-serif-{}-400-normal.woff2"
# The package names Google instead.
HOLDERS = """Copyright © 2012-2024 The Libertinus Project Authors, with Reserved Font Name
"Linux Libertine", "Biolinum", "STIX Fonts".
"""
# Its small letters are lower than those of the sans beside them.
LARGER = 1.05
# Units of an em, instead of 1000: a tenth of the weight, and a seventh of a pixel in the largest headline.
UNITS = 512
# French, German, Italian, Romansh, English, and what stands between their words and numbers.
OURS = {
    *(set(range(0x20, 0x7F)) - set(map(ord, "#$*<=>[\\]^_`{|}~"))),
    *map(ord, "ÀÂÄÆÇÈÉÊËÌÎÏÒÔÖŒÙÛÜàâäæçèéêëìîïòôöœùûüÿß"),
    *map(ord, "§©°·«»½×–—‘’‚“”„•…‹›€−\u00a0\u2009\u2011\u202f"),
}
# Names of people and places from elsewhere in Europe: files that a browser loads where they occur.
WESTERN = {*range(0xC0, 0x100)} - OURS
EASTERN = {*range(0x100, 0x180), *range(0x218, 0x21C), 0x1E9E} - OURS
FILES = {
    "serif": ("latin", OURS),
    "serif-western": ("latin", WESTERN),
    "serif-eastern": ("latin-ext", EASTERN),
}
# Drawn like others: the space and the hyphen that do not break.
TWINS = {0x202F: 0x2009, 0x2011: 0x2D}


def main(package: Path) -> None:
    options = Options(flavor="woff2", hinting=False, layout_features=["kern"], name_IDs=[0, 1, 2])
    options.drop_tables += ["GDEF", "gasp", "prep"]
    for name, (script, letters) in FILES.items():
        font = TTFont(package / SOURCE.format(script), recalcTimestamp=False)
        for table in font["cmap"].tables:
            table.cmap |= {twin: table.cmap[one] for twin, one in TWINS.items() if one in table.cmap}
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=letters)
        subsetter.subset(font)
        scale_upem(font, round(UNITS * LARGER))
        font["head"].unitsPerEm = UNITS
        save_font(font, FONTS / f"{name}.woff2", options)
        print(name, _ranges(sorted(font.getBestCmap())))
    (FONTS / "LICENSE").write_text((package / "LICENSE").read_text().replace("Google Inc.\n", HOLDERS))


def _ranges(letters: list[int]) -> str:
    """Return the letters as the style sheet writes them in ``unicode-range``."""
    starts = [one for one in letters if one - 1 not in letters]
    ends = [one for one in letters if one + 1 not in letters]
    return ", ".join(f"U+{a:X}" + (f"-{b:X}" if b > a else "") for a, b in zip(starts, ends, strict=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
