"""Every write on documents: drawing the number, issuing."""

import hashlib
import logging
from datetime import timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from eservices.cases import actions as cases
from eservices.cases import numbers, trace
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case, CaseStage

from . import content, emails, rendering, tasks
from .models import Document

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)  # how long one worker may take before another tries
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))


@transaction.atomic
def draw(
    *, actor, case: Case, stage: CaseStage, template: str, identity_check: str, issued_by=None
) -> Document:
    """Draws the number of the stage's document and freezes what it says; a worker makes the PDF afterwards.

    Once per stage: a second call returns the same document. Raises ``CannotWrite`` where the template does
    not fit the case; then no number is drawn. The case's row must be locked.
    """
    if drawn := Document.objects.filter(stage=stage).first():
        return drawn
    text, now = content.template_for(template, case.language), timezone.now()
    year = timezone.localtime(now).year
    letters = "TEST" if case.rehearsal else text.letters
    number = f"{letters}-{year}-{numbers.draw(f'document-{letters}-{year}'):05}"
    document = Document.objects.create(
        case=case,
        stage=stage,
        kind=text.key,
        number=number,
        title=text.title,
        language=text.locale.language_code,
        identity_check=identity_check,
        issued_by=issued_by,
        texts=content.texts(case, text, number=number, day=timezone.localdate(now)),
        drawn_at=now,
        due_at=now,
    )
    trace.record(case, "document_drawn", actor, document=str(document.pk), number=number)
    transaction.on_commit(partial(tasks.issue.enqueue, str(document.pk)), robust=True)
    return document


def issue(document_id) -> None:
    """Makes the PDF of a document whose number is drawn, stores it and tells the applicant.

    Safe to call at any time, any number of times: killed anywhere, the next call takes up with the same
    number, and writes the same file to the same place.
    """
    document = _claim(document_id)
    if document is None:
        return
    try:
        pdf = rendering.pdf(document)
        _store(document, pdf)
    except Exception as fault:
        logger.exception("Document %s could not be made", document.number)
        _failed(document, fault)
    else:
        _issued(document, pdf)


@transaction.atomic
def leave_trace_of_reading(*, actor, document: Document) -> None:
    """Somebody read the document."""
    case = cases.locked(document.case_id)
    trace.record(case, "document_read", actor, document=str(document.pk), number=document.number)


def _claim(document_id) -> Document | None:
    """The document, ours alone for a while; None where it is made or another worker is at it."""
    now = timezone.now()
    claimed = Document.objects.due(now).filter(pk=document_id)
    if not claimed.update(due_at=now + CLAIM, attempts=F("attempts") + 1):
        return None
    return Document.objects.select_related("case").get(pk=document_id)


def _store(document: Document, pdf: bytes) -> None:
    """Under a name that depends on the document alone: a second run overwrites what a killed one left."""
    storage, name = document.content.storage, f"documents/{document.pk.hex[:2]}/{document.pk.hex}.pdf"
    storage.delete(name)
    document.content.name = storage.save(name, ContentFile(pdf))


@transaction.atomic
def _issued(document: Document, pdf: bytes) -> None:
    """Marks it issued, tells the applicant and lets the case go on; the first worker wins."""
    case = cases.locked(document.case_id)
    marked = Document.objects.filter(pk=document.pk, state=Document.State.DRAWN).update(
        state=Document.State.ISSUED,
        issued_at=timezone.now(),
        content=document.content.name,
        size=len(pdf),
        digest=hashlib.sha256(pdf).hexdigest(),
        fault="",
    )
    if not marked:
        return
    document.refresh_from_db()
    trace.record(
        case,
        "document_issued",
        SYSTEM,
        document=str(document.pk),
        number=document.number,
        digest=document.digest,
    )
    emails.issued(case, document)
    cases.wake(case=case)


def _failed(document: Document, fault: Exception) -> None:
    pause = PAUSES[min(document.attempts, len(PAUSES)) - 1]
    still = Document.objects.filter(pk=document.pk, state=Document.State.DRAWN)
    still.update(fault=f"{type(fault).__name__}: {fault}"[:2000], due_at=timezone.now() + pause)
