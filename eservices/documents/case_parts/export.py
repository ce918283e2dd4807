"""Documents in exports of their case."""

from eservices.cases.export.audiences import APPLICANT
from eservices.cases.extension_points import Audience
from eservices.cases.models import Case

from ..models import Document


def issued_documents(case: Case) -> list[Document]:
    """Return the issued documents of the case, revoked ones too, in the order in which they were drawn."""
    return list(case.documents.out().select_related("replaces").order_by("drawn_at"))


def document_parts(case: Case, audience: Audience) -> dict[str, list[dict]]:
    """Return the documents: for the applicant those to download, else all with state, validity and replacement."""
    if audience is APPLICANT:
        own = Document.objects.for_applicant().filter(case=case)
        return {"documents": [{"title": one.title, "number": one.number} for one in own]}
    return {"documents": [_document_row(one) for one in issued_documents(case)]}


def _document_row(one: Document) -> dict:
    return {
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
