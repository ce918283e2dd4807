"""Documents in the archive package of a case: the case as PDF/A, and the issued documents."""

import io
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases.archive_files import json_files
from eservices.cases.export.audiences import ARCHIVE
from eservices.cases.extension_points import ArchiveFile
from eservices.cases.models import Case

from . import case_pdf
from .export import document_parts


def archive_document_files(case: Case) -> Iterator[ArchiveFile]:
    yield "case.pdf", io.BytesIO(case_pdf.render_case_pdf(case, reader=_("the archive"), now=timezone.now()))
    yield from json_files(document_parts(case, ARCHIVE))
    for document in case.documents.out().exclude(content=""):
        with document.content.open("rb") as content:
            yield f"documents/{document.number}.pdf", content
