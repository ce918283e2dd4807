"""Sample files of residents: drawn, and marked as specimens."""

from dataclasses import replace
from functools import cache
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from eservices.submissions import upload_checks

INK, RULE, PAPER, STAMP = "#3a3731", "#c9c2b4", "#fcfaf6", "#c8322b"


def sample_upload(name: str) -> upload_checks.CheckedFile:
    """Return a file of that name, as if it had been uploaded and checked."""
    return replace(_checked(name), file=SimpleUploadedFile(name, _content(name)))


@cache
def _checked(name: str) -> upload_checks.CheckedFile:
    """Check each file only once, because the check starts a separate program."""
    return upload_checks.check_upload(SimpleUploadedFile(name, _content(name)))


@cache
def _content(name: str) -> bytes:
    image = _card() if name.endswith(".jpg") else _page(name)
    out = BytesIO()
    if name.endswith(".jpg"):
        image.save(out, "JPEG", quality=70)
    else:
        image.save(out, "PDF", resolution=100, creationDate=None, modDate=None)
    return out.getvalue()


def _card() -> Image.Image:
    """Draw an identity document with a schematic portrait."""
    image = Image.new("RGB", (860, 540), "#dbe6f2")
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((12, 12, 848, 528), 28, outline=RULE, width=4)
    pen.rectangle((50, 120, 290, 430), fill="#bcd0e6")
    pen.ellipse((115, 170, 225, 300), fill="#dfae86")
    pen.pieslice((80, 310, 260, 560), 180, 360, fill="#122b52")
    for row, width in enumerate((420, 300, 360, 240, 330)):
        pen.rectangle((340, 130 + 62 * row, 340 + width, 152 + 62 * row), fill=INK)
    _stamp(pen, 520, 440)
    return image


def _page(name: str) -> Image.Image:
    """Draw a typed page with a signature."""
    image = Image.new("RGB", (827, 1169), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((80, 90, 80 + 26 * len(name), 122), fill=INK)
    for row in range(26):
        pen.rectangle((80, 190 + 30 * row, 740 - (row * 97) % 230, 200 + 30 * row), fill=RULE)
    pen.line([(480 + 10 * i, 1040 + (-1) ** i * (22 - i)) for i in range(22)], fill="#12479a", width=4)
    _stamp(pen, 300, 560)
    return image


def _stamp(pen: ImageDraw.ImageDraw, x: int, y: int) -> None:
    pen.rectangle((x - 170, y - 40, x + 170, y + 40), outline=STAMP, width=5)
    pen.text((x - 118, y - 22), "SPECIMEN", fill=STAMP, font_size=42)
