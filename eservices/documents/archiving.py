"""What documents bring to the archive of a case: the case as PDF/A, and what was issued on it."""

import io

from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases.archiving import Parts, archived_parts
from eservices.cases.models import Case

from . import casefile


@archived_parts.register("documents")
def document_parts(case: Case) -> Parts:
    yield "case.pdf", io.BytesIO(casefile.pdf(case, reader=_("the archive"), now=timezone.now()))
    for document in case.documents.out().exclude(content=""):
        with document.content.open("rb") as content:
            yield f"documents/{document.number}.pdf", content
