"""The only ways to fetch what belongs to a case or a person here. What a case is, ``cases.access`` says."""

from django.http import Http404
from django.utils import timezone

from eservices.cases.models import Case
from eservices.documents.models import Document
from eservices.submissions.models import Draft, StoredFile


def documents_of(case: Case):
    """What was issued on the case, stands, and may be downloaded: not what goes by post alone."""
    return Document.objects.for_applicant().filter(case=case)


def document_of(case: Case, document_id) -> Document:
    document = documents_of(case).filter(pk=document_id).first()
    if document is None:
        raise Http404
    return document


def file_of(case: Case, file_id) -> StoredFile:
    """A file that the applicant sent, with the request or with a message."""
    files = StoredFile.objects.filter(submission=case.submission) | StoredFile.objects.filter(
        messages__case=case
    )
    stored = files.distinct().filter(pk=file_id).first()
    if stored is None:
        raise Http404
    return stored


def own_drafts(user):
    """What the person began signed in and has not sent."""
    drafts = Draft.objects.filter(user=user, agent=None, submission=None, expires_at__gt=timezone.now())
    return drafts.select_related("version__form").order_by("-saved_at")


def own_documents(cases):
    """What was issued on these cases, the newest first."""
    issued = Document.objects.for_applicant().filter(case__in=cases)
    return issued.select_related("case").order_by("-issued_at")
