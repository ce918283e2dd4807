"""Queries for documents that a user may see. Unknown and forbidden both answer 404."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from eservices.accounts.models import User
from eservices.cases import access as cases
from home.web.shortcuts import get_or_404

from .models import Document, DocumentLink
from .verification_codes import GROUPS, LENGTH, normalize_code


def document_for(user: User, pk: UUID | str, to: str = "read") -> Document:
    """Return a document of a case on which ``user`` may do ``to``. Raise Http404, also if its content is erased."""
    out = Document.objects.out().exclude(content="").select_related("case")
    return get_or_404(out.filter(case__in=cases.cases_for(user, to)), pk=pk)


def document_by_code(typed: str) -> Document | None:
    """Return the document with this verification code, for anyone; None if there is none.

    Rehearsals are excluded.
    """
    code = normalize_code(typed)
    if len(code) != GROUPS * LENGTH + GROUPS - 1:
        return None
    return _verifiable().filter(code=code).first()


def document_by_digest(digest: str) -> Document | None:
    """Return the document whose file has this SHA-256, for anyone; None if there is none.

    Rehearsals are excluded.
    """
    return _verifiable().filter(digest=digest).first()


def _verifiable() -> QuerySet[Document]:
    """Return the issued documents that are no rehearsals, with what their verification shows."""
    return Document.objects.real().out().select_related("case__team", "seal", "permit__zone")


def shared_document(secret: str) -> Document:
    """Return the document that an applicant shares by this link.

    Raise Http404 if the link has ended or the document is not available to the applicant any more.
    """
    links = DocumentLink.objects.open(timezone.now()).filter(secret=secret)
    return get_or_404(Document.objects.for_applicant().select_related("case"), links__in=links)


def active_links(document: Document) -> QuerySet[DocumentLink]:
    """Return the share links of this document that are open. The caller must have checked access to it."""
    return document.links.open(timezone.now())
