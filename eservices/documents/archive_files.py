"""Documents in the archive package of a case: the case as PDF/A, and the issued documents."""

import io
from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases.archive_files import to_json_bytes
from eservices.cases.extension_points import ArchiveFile
from eservices.cases.models import Case

from . import case_pdf


def told_in_documents(case: Case) -> list[dict]:
    """Return the issued documents as plain data: number, state, validity and what they replace."""
    return [
        {
            "number": one.number,
            "title": one.title,
            "state": one.state,
            "issued": one.issued_at,
            "valid_until": one.valid_until,
            "sha256": one.digest,
            "revoked": one.revoked_at,
            "revoked_because": one.revoked_reason,
            "replaces": one.replaces.number if one.replaces else "",
        }
        for one in case.documents.out().select_related("replaces").order_by("drawn_at")
    ]


def archive_document_files(case: Case) -> Iterator[ArchiveFile]:
    yield "case.pdf", io.BytesIO(case_pdf.render_case_pdf(case, reader=_("the archive"), now=timezone.now()))
    if told := told_in_documents(case):
        yield "documents.json", to_json_bytes(told)
    for document in case.documents.out().exclude(content=""):
        with document.content.open("rb") as content:
            yield f"documents/{document.number}.pdf", content
