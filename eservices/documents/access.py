"""The only ways to fetch a document on behalf of a person. Unknown and forbidden look the same: 404."""

from django.http import Http404

from eservices.cases import access as cases

from .codes import GROUPS, LENGTH, normalise
from .models import Document


def document_for(user, pk) -> Document:
    """A document of a case that this agent may read."""
    return _one(Document.objects.out().filter(case__in=cases.cases_for(user)), pk=pk)


def by_code(typed: str) -> Document | None:
    """The real document that bears this code, whoever asks; None where there is none."""
    code = normalise(typed)
    if len(code) != GROUPS * LENGTH + GROUPS - 1:
        return None
    return Document.objects.real().out().filter(code=code).first()


def _one(documents, **key) -> Document:
    try:
        return documents.select_related("case").get(**key)
    except (Document.DoesNotExist, ValueError):
        raise Http404 from None
