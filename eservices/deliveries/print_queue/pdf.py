"""Paper letters as one PDF to print, each with a letterhead and the address in the envelope's window."""

import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.utils import timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from home.localization.dates import date_format
from home.printing import letterhead
from home.printing import pdf as printing_pdf

from ..models import Delivery

TEMPLATE = Path(__file__).parent / "typst" / "letters.typ"
WINDOW_ON_THE_LEFT = {"DE", "AT"}  # all other countries have it on the right


def render_letters_pdf(letters: Iterable[Delivery], moment: datetime, *, both_sides: bool = False) -> bytes:
    """Render the letters as PDF, each followed by its enclosures. The same input gives the same bytes.

    ``both_sides``: each letter begins on a new sheet. Tagged for PDF/UA-1 if nothing is enclosed; a PDF with
    enclosures is for the printer only.
    """
    letters = list(letters)
    if not any(one.payload["enclosures"] for one in letters):
        return _set(letters, moment, both_sides)
    parts = []
    for one in letters:
        parts += [_set([one], moment, both_sides), *map(_read, one.payload["enclosures"])]
    return join_pdfs(parts, both_sides=both_sides)


def join_pdfs(parts: Iterable[bytes], *, both_sides: bool = False) -> bytes:
    """Join PDFs as they look, without their tags; ``both_sides``: each begins on a new sheet."""
    writer, pages = PdfFileWriter(), 0
    for part in parts:
        if both_sides and pages % 2:
            _add_page(writer, generic.ArrayObject(map(generic.FloatObject, A4)))
            pages += 1
        source = PdfFileReader(io.BytesIO(part))
        for number in range(source.root["/Pages"]["/Count"]):
            page = writer.import_page_as_xobject(source, number)
            _add_page(writer, page.get_object()["/BBox"], page)
            pages += 1
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


A4 = (0, 0, 595.28, 841.89)


def _add_page(writer: PdfFileWriter, box, drawn=None) -> None:
    name = generic.NameObject("/Page")
    content = generic.StreamObject(stream_data=b"/Page Do" if drawn else b"")
    resources = generic.DictionaryObject()
    if drawn:
        drawings = generic.DictionaryObject({name: drawn})
        resources[generic.NameObject("/XObject")] = drawings
    page = PageObject(contents=writer.add_object(content), media_box=box, resources=resources)
    writer.insert_page(page)


def _set(letters: list[Delivery], moment: datetime, both_sides: bool) -> bytes:
    day = timezone.localdate(moment)
    number = len(letters)
    title = ngettext("%(number)s letter", "%(number)s letters", number) % {"number": number}
    data = letterhead.letterhead_data() | {
        "title": letters[0].title if number == 1 else title,
        "language": letters[0].payload["language"] if number == 1 else get_language(),
        "day": [day.year, day.month, day.day],
        "both_sides": both_sides,
        "window": "left" if settings.COUNTRY in WINDOW_ON_THE_LEFT else "right",
        "letters": [_letter(one) for one in letters],
    }
    return printing_pdf.render_pdf(TEMPLATE, data, moment, sans=any(one.payload["slip"] for one in letters))


def _letter(letter: Delivery) -> dict:
    payload = letter.payload
    names = [one["name"] for one in payload["enclosures"]]
    with override(payload["language"]):
        return {name: payload[name] for name in ("address", "paragraphs", "language", "sender", "slip")} | {
            "title": letter.title,
            "date": date_format(timezone.localdate(letter.created_at), "DATE_FORMAT"),
            "registered": _("Registered") if letter.posting.registered else "",
            "enclosed": _("Enclosed: %(names)s") % {"names": ", ".join(names)} if names else "",
        }


def _read(enclosure: dict) -> bytes:
    with storages[enclosure["storage"]].open(enclosure["path"]) as content:
        return content.read()
