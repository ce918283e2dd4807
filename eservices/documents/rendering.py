"""From a document's texts to its PDF: typst, PDF/A-2a and PDF/UA-1, with fonts that typst brings."""

import io
import json
from pathlib import Path

import segno
import typst
from django.contrib.staticfiles import finders

from home.models import CommuneSettings

from .models import Document

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
STANDARDS = ["a-2a", "ua-1"]
INK = "#1d1b18"


def pdf(document: Document) -> bytes:
    """The document as PDF. What people typed reaches typst as data, never as markup."""
    day = document.date
    data = document.texts | {
        "code": document.code,
        "url": document.verification_url,
        "day": [day.year, day.month, day.day],
        "qr": qr(document.verification_url),
        "arms": list(arms()),
    }
    return typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=STANDARDS,
        timestamp=int(document.drawn_at.timestamp()),
    )


def qr(url: str) -> str:
    """A QR code as SVG."""
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", border=0, dark=INK, svgclass=None, lineclass=None)
    return drawn.getvalue().decode()


def arms() -> bytes:
    """The commune's arms, SVG or PNG."""
    own = CommuneSettings.current().arms
    if own:
        with own.open() as image:
            return image.read()
    return Path(finders.find("img/arms.svg")).read_bytes()
