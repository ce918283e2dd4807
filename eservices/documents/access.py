"""The only ways to fetch a document on behalf of a person. Unknown and forbidden look the same: 404."""

from django.http import Http404

from eservices.cases import access as cases
from eservices.cases.models import Case

from .codes import GROUPS, LENGTH, normalise
from .models import Document


# -- Agents --------------------------------------------------------------------------------------------------
def document_for(user, pk) -> Document:
    """A document of a case that this agent may read."""
    return _one(Document.objects.out().filter(case__in=cases.cases_for(user)), pk=pk)


# -- Applicants ----------------------------------------------------------------------------------------------
def documents_of(case: Case):
    """What the applicant of a case may download; fetch the case through its own access first."""
    return case.documents.for_applicant()


def document_by_link(secret: str, pk) -> Document:
    """A document of the case behind a private link."""
    return _one(documents_of(cases.case_by_link(secret)), pk=pk)


def own_document(user, reference: str, pk) -> Document:
    """A document of one of the own cases."""
    return _one(documents_of(cases.own_case(user, reference)), pk=pk)


# -- Everybody -----------------------------------------------------------------------------------------------
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
