"""The only ways to fetch a document on behalf of a person. Unknown and forbidden look the same: 404."""

from django.utils import timezone

from eservices.cases import access as cases
from home.web.shortcuts import get_or_404

from .models import Document, DocumentLink
from .verification_codes import GROUPS, LENGTH, normalize_code


def document_for(user, pk, to: str = "read") -> Document:
    """A document of a case on which this agent may do ``to``; not one that was erased with its case."""
    out = Document.objects.out().exclude(content="").select_related("case")
    return get_or_404(out.filter(case__in=cases.cases_for(user, to)), pk=pk)


def document_by_code(typed: str) -> Document | None:
    """The real document that bears this code, whoever asks; None where there is none."""
    code = normalize_code(typed)
    if len(code) != GROUPS * LENGTH + GROUPS - 1:
        return None
    return _verifiable().filter(code=code).first()


def document_by_digest(digest: str) -> Document | None:
    """The real document whose file has this SHA-256, whoever shows it."""
    return _verifiable().filter(digest=digest).first()


def _verifiable():
    """Real documents that left the house, with what their verification shows."""
    return Document.objects.real().out().select_related("case__team", "seal", "permit__zone")


def shared_document(secret: str) -> Document:
    """What an applicant lets whoever holds the link fetch; 404 once the link or the document is at its end."""
    links = DocumentLink.objects.open(timezone.now()).filter(secret=secret)
    return get_or_404(Document.objects.for_applicant().select_related("case"), links__in=links)


def active_links(document: Document):
    """The links by which third parties may fetch this document now. It was fetched for whoever asks."""
    return document.links.open(timezone.now())
