"""Rendering of texts to PDF with typst: PDF/A-2a and PDF/UA-1 in one file.

The fonts are those of typst, or Liberation Sans. Apps have their templates in a folder ``typst`` beside their code.
Shared parts are in ``home/printing/typst/house.typ``. User input reaches a template as data, never as markup.
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


SPELLING = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # Persian names need them


LOOSE = re.compile(
    rf"(?<![^\W\d_a-zA-Z])[{SPELLING}]"
)  # where no letter precedes that it could join, as in an emoji


def render_pdf(template: Path, data: dict, moment: datetime, *, sans: bool = False) -> bytes:
    """Render ``template`` with ``data`` as PDF. The same data and moment always produce the same bytes.

    PDF/UA-1 rejects a character that no font has. It is replaced by its code, "[U+1F3E1]", so that no user input
    prevents a document. ``sans``: whether Liberation Sans may be used too.
    """
    unknown: set[str] = set()
    while True:
        try:
            return _compiler(sans).compile(
                template,
                sys_inputs={"data": json.dumps(_with_codes(data, unknown))},
                pdf_standards=STANDARDS,
                timestamp=int(moment.timestamp()),
            )
        except typst.TypstError as fault:
            found = _not_shown(str(fault)) - unknown
            if not found:
                raise
            unknown |= found


def render_svg_pages(template: Path, data: dict) -> list[bytes]:
    """Render the pages of ``template`` with ``data`` as SVG, for a preview."""
    pages = _compiler(False).compile(template, format="svg", sys_inputs={"data": json.dumps(data)})
    return pages if isinstance(pages, list) else [pages]


def isolate_direction(text: str) -> str:
    """Isolate a right-to-left text, so that what follows it in a sentence stays in its place. Pure.

    Otherwise "محمد, 12 rue du Lac" is shown with the number before the name.
    """
    if not any(unicodedata.bidirectional(one) in ("R", "AL") for one in text):
        return text
    return APART + text.replace(APART, "").replace(TOGETHER, "") + TOGETHER


@cache
def _compiler(sans: bool) -> typst.Compiler:
    """Return the compiler, one per process: a document takes 2 ms, with a new compiler 10 ms.

    ``sans`` has its own compiler, so that no other document uses Liberation Sans for a character that only it has.
    """
    return typst.Compiler(root=settings.BASE_DIR, ignore_system_fonts=True, font_paths=[SANS] if sans else [])


def _not_shown(message: str) -> set[str]:
    """Return the characters for which typst reports no font."""
    runs = "".join(NOT_SHOWN.findall(message))
    found = set(ESCAPED.sub(lambda code: chr(int(code[1], 16)), runs))
    return {one for one in found if not one.isascii()}


def _with_codes(value, unknown: set[str]):
    """Replace unknown characters in all texts by their codes and remove invisible format characters."""
    if isinstance(value, dict):
        return {name: _with_codes(one, unknown) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_codes(one, unknown) for one in value]
    if isinstance(value, str):
        allowed = APART + TOGETHER + SPELLING
        seen = (one for one in value if one in allowed or unicodedata.category(one) != "Cf")
        spelled = "".join(f"[U+{ord(one):04X}]" if one in unknown else one for one in seen)
        return LOOSE.sub("", spelled)
    return value
