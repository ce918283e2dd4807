"""Rendering of documents as PDF."""

import io
from pathlib import Path

import segno
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from home.printing import letterhead
from home.printing import pdf as printing_pdf

from .models import Document

TEMPLATE = Path(__file__).parent / "typst" / "certificate.typ"
INK = "#1d1b18"
MASK = 3


def render_document(document: Document, *, test_seal: bool = False) -> bytes:
    """Render the document as PDF/A-2a and PDF/UA-1. The same input gives the same bytes.

    ``test_seal``: print a note that the seal is a test.
    """
    day = document.date
    data = document.texts | {
        "code": document.code,
        "url": document.verification_url,
        "day": [day.year, day.month, day.day],
        "qr": qr_code_svg(document.verification_url),
        "arms": list(letterhead.arms_image()),
        "test": _test_words(document.language) if test_seal else "",
    }
    return printing_pdf.render_pdf(TEMPLATE, data, document.drawn_at)


def render_preview_pages(texts: dict) -> list[bytes]:
    """Render the pages of ``texts`` as SVG, for a preview without code and seal."""
    day, url = timezone.localdate(), settings.WAGTAILADMIN_BASE_URL
    shown = {
        "code": "XXXX-XXXX-XXXX-XXXX",
        "url": url,
        "qr": qr_code_svg(url),
        "day": [day.year, day.month, day.day],
    }
    return printing_pdf.render_svg_pages(
        TEMPLATE, texts | shown | {"arms": list(letterhead.arms_image()), "test": ""}
    )


def _test_words(language: str) -> str:
    with override(language):
        return _("Test seal: this document is not valid proof.")


def qr_code_svg(url: str) -> str:
    """Draw a QR code as SVG, with a fixed mask: to try all eight takes longer than everything else."""
    drawn = io.BytesIO()
    segno.make(url, error="m", mask=MASK).save(
        drawn, kind="svg", border=0, dark=INK, svgclass=None, lineclass=None
    )
    return drawn.getvalue().decode()
