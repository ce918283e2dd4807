"""From texts to a PDF: typst, PDF/A-2a and PDF/UA-1 in one file, with fonts that typst brings, or Liberation Sans.

Whoever prints something keeps its template beside its code, in a folder ``typst``; what they share stands in
``home/typst/house.typ``. What people typed reaches a template as data, never as markup.
"""

import json
import re
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path

import typst
from django.conf import settings

STANDARDS = ["a-2a", "ua-1"]


SANS = Path(__file__).parent / "typst" / "fonts"


NOT_SHOWN = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)


ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


APART, TOGETHER = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


SPELLING = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # Persian names are not written without


LOOSE = re.compile(rf"(?<![^\W\d_a-zA-Z])[{SPELLING}]")  # behind no letter that it could join: of an emoji


def render_pdf(template: Path, data: dict, moment: datetime, *, sans: bool = False) -> bytes:
    """``template`` filled with ``data`` as PDF. The same data and moment always make the same bytes.

    PDF/UA-1 refuses a character that no font shows: it is written by its code, "[U+1F3E1]", so that what
    somebody typed never keeps a document from being made. With ``sans``, what is drawn may use Liberation Sans.
    """
    unknown: set[str] = set()
    while True:
        try:
            return _compiler(sans).compile(
                template,
                sys_inputs={"data": json.dumps(_spelled(data, unknown))},
                pdf_standards=STANDARDS,
                timestamp=int(moment.timestamp()),
            )
        except typst.TypstError as fault:
            found = _not_shown(str(fault)) - unknown
            if not found:
                raise
            unknown |= found


def render_svg_pages(template: Path, data: dict) -> list[bytes]:
    """The pages of ``template`` filled with ``data`` as SVG, for a preview."""
    pages = _compiler(False).compile(template, format="svg", sys_inputs={"data": json.dumps(data)})
    return pages if isinstance(pages, list) else [pages]


def isolate_direction(text: str) -> str:
    """``text`` to stand in a sentence: one from right to left leaves what follows it, as a number, where it is. Pure.

    Else "محمد, 12 rue du Lac" is shown with the number before the name.
    """
    if not any(unicodedata.bidirectional(one) in ("R", "AL") for one in text):
        return text
    return APART + text.replace(APART, "").replace(TOGETHER, "") + TOGETHER


@cache
def _compiler(sans: bool) -> typst.Compiler:
    """One for the life of the process: a document takes 2 ms where a new compiler takes 10.

    ``sans`` has one of its own: no other document changes by a character that only Liberation Sans shows.
    """
    return typst.Compiler(root=settings.BASE_DIR, ignore_system_fonts=True, font_paths=[SANS] if sans else [])


def _not_shown(message: str) -> set[str]:
    """The characters that typst says it has no font for."""
    runs = "".join(NOT_SHOWN.findall(message))
    found = set(ESCAPED.sub(lambda code: chr(int(code[1], 16)), runs))
    return {one for one in found if not one.isascii()}


def _spelled(value, unknown: set[str]):
    """All texts with unknown characters by their code, without those that only steer how others look."""
    if isinstance(value, dict):
        return {name: _spelled(one, unknown) for name, one in value.items()}
    if isinstance(value, list):
        return [_spelled(one, unknown) for one in value]
    if isinstance(value, str):
        kept = APART + TOGETHER + SPELLING
        seen = (one for one in value if one in kept or unicodedata.category(one) != "Cf")
        spelled = "".join(f"[U+{ord(one):04X}]" if one in unknown else one for one in seen)
        return LOOSE.sub("", spelled)
    return value
