"""Validators of the editors' input."""

import re
import struct
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _

ARMS_MAX_BYTES = 200 * 1024
ARMS_MAX_PIXELS = 4_000_000  # a small file may decode to so many pixels that a phone fails, on every page
DRAWN = re.compile(r"^\{http://www\.w3\.org/2000/svg\}(svg|g|path|circle|ellipse|rect|line|polygon|polyline|defs|"
                   r"linearGradient|radialGradient|stop|clipPath|title|desc|use|symbol)$")  # fmt: skip
# Declarations, instructions to load a style sheet, and NUL bytes: a UTF-16 encoding would hide the former.
NOT_DRAWN = re.compile(rb"<!DOCTYPE|<!ENTITY|<\?xml-|\0", re.IGNORECASE)
# References that load a pattern, a mask or a filter from another file: only "url(#name)" is local. A backslash may hide
# them.
LOADED = re.compile(r"""url\((?!\s*["']?\s*#)|image(-set)?\(|src\(|\\""", re.IGNORECASE)
LENGTHS = {  # messages of a text field
    "max_length": _("At most %(limit_value)d characters; you wrote %(show_value)d."),
    "min_length": _("At least %(limit_value)d characters; you wrote %(show_value)d."),
}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PNG = b"\x89PNG\r\n\x1a\n"


def validate_no_control(text: str) -> None:
    """Refuse control characters.

    Django accepts them in a quoted part of an e-mail address, but no e-mail arrives there.
    """
    if CONTROL.search(text):
        raise ValidationError(_("This contains characters that cannot be typed."), code="control")


def validate_arms(upload: File[bytes]) -> None:
    """Accept arms that are a small PNG, or an SVG without scripts, styles and external references."""
    if upload.size > ARMS_MAX_BYTES:
        raise ValidationError(_("The file is too large: 200 kB at most."))
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    if str(upload.name).lower().endswith(".png"):
        _validate_png(content)
        return
    if not _only_draws(content):
        raise ValidationError(_("Choose a PNG, or an SVG drawing without scripts, styles and links."))


def _validate_png(content: bytes) -> None:
    if not content.startswith(PNG) or len(content) < len(PNG) + 16:
        raise ValidationError(_("This is not a PNG picture."))
    width, height = struct.unpack_from(
        ">II", content, len(PNG) + 8
    )  # from the header, which is the first chunk
    if width * height > ARMS_MAX_PIXELS:
        raise ValidationError(_("The picture has too many pixels: 2000 wide and high at most."))


def _only_draws(content: bytes) -> bool:
    if NOT_DRAWN.search(content):
        return False
    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException):
        return False
    return all(_is_harmless(element) for element in root.iter())


def _is_harmless(element: Element) -> bool:
    if not isinstance(element.tag, str) or not DRAWN.match(element.tag):
        return False
    for name, value in element.attrib.items():
        local = name.rsplit("}", 1)[-1].lower()
        if local.startswith("on") or local == "style" or (local == "href" and not value.startswith("#")):
            return False
        if LOADED.search(value):
            return False
    return True
