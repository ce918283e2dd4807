"""Actions on documents: draw the number, issue, revoke, share, erase."""

import hashlib
import logging
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.cases import actions as cases
from eservices.cases import audit_log, number_series
from eservices.cases.actors import SYSTEM, Applicant
from eservices.cases.models import Case, CaseStage
from home.web.error_messages import describe_fault

from .. import document_text, emails, postal_delivery, rendering, sealing
from ..models import FOLDER, Document, DocumentLink, DocumentTemplate, Permit, Seal
from ..sealing import SealedPdf
from ..signals import document_drawn

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=5)  # time for one worker, before another one tries
MAX_SHARE_LINKS = 10  # per document, open at the same time
RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))


@transaction.atomic
def draw_document(
    *,
    actor: User,
    case: Case,
    stage: CaseStage,
    template: DocumentTemplate,
    identity_check: str,
    issued_by: User | None = None,
    valid_until: date | None = None,
) -> Document:
    """Draw the number of the stage's document and freeze its texts; a worker renders the PDF afterwards.

    Once per stage: a second call returns the same document. If it is revoked, a new one replaces it and names it.
    Raise TemplateError if the template does not fit the case; then no number is drawn. The case must be locked.
    """
    if drawn := Document.objects.standing().filter(stage=stage).first():
        return drawn
    replaces = Document.objects.filter(stage=stage).order_by("drawn_at").last()
    now = timezone.now()
    day = timezone.localdate(now)
    letters = "TEST" if case.rehearsal else template.letters
    number = f"{letters}-{day.year}-{number_series.draw_number(f'document-{letters}-{day.year}'):05}"
    written = document_text.write(
        case, template, number=number, day=day, valid_until=valid_until, replaces=replaces
    )
    document = Document.objects.create(
        case=case,
        stage=stage,
        replaces=replaces,
        kind=template.key,
        number=number,
        revision_id=template.latest_revision_id,
        title=template.title,
        language=template.locale.language_code,
        identity_check=identity_check,
        issued_by=issued_by,
        texts=written.texts,
        people=written.people,
        valid_until=valid_until,
        drawn_at=now,
        due_at=now,
    )
    told = {"replaces": replaces.number} if replaces else {}
    audit_log.record_event(case, "document_drawn", actor, document=str(document.pk), number=number, **told)
    document_drawn.send(sender=Document, document=document)
    return document


def issue_document(document_id: str) -> None:
    """Render the PDF of a document whose number is drawn, seal and store it, and notify the applicant.

    Safe to call at any time and repeatedly: after a crash the next call continues with the same number.
    """
    document = _claim(document_id)
    if document is None:
        return
    try:
        sealed = _made(document)
        _store(document, sealed.content)
    except Exception as fault:
        logger.exception("Document %s could not be made", document.number)
        _failed(document, fault)
    else:
        _sweep_up(document, won=_issued(document, sealed))


@transaction.atomic
def revoke_document(*, actor: User, document: Document, reason: str, public: str = "") -> Document:
    """Revoke a document, for a reason that the applicant reads. Its share links stop working.

    ``public``: the reason shown at verification, a ``RevocationReason``; "" for none. Raise ValueError without a
    reason, IllegalTransition if the document is not issued or is already revoked.
    """
    if not reason.strip():
        raise ValueError("A document is revoked for a reason.")
    case = cases.lock_case(document.case_id)
    out = Document.objects.filter(pk=document.pk, state=Document.State.ISSUED)
    state, now = Document.State.REVOKED, timezone.now()
    if not out.update(state=state, revoked_at=now, revoked_reason=reason, revoked_for=public):
        raise cases.IllegalTransition(_("This document has been revoked already."))
    document.refresh_from_db()
    audit_log.record_event(
        case, "document_revoked", actor, document=str(document.pk), number=document.number, reason=reason
    )
    postal_delivery.cancel_document_letter(actor=actor, case=case, document=document, reason=reason)
    emails.send_document_revoked(case, document)
    return document


@transaction.atomic
def share_document(*, actor: Applicant, document: Document, days: int) -> DocumentLink:
    """Create a link by which anyone who has it may download this document for ``days`` days.

    Raise IllegalTransition if the document has ``MAX_SHARE_LINKS`` already.
    """
    case, now = cases.lock_case(document.case_id), timezone.now()
    if document.links.open(now).count() >= MAX_SHARE_LINKS:
        raise cases.IllegalTransition(
            _("There are %(count)s links already. Close one first.") % {"count": MAX_SHARE_LINKS}
        )
    link = document.links.create(created_at=now, expires_at=now + timedelta(days=days))
    audit_log.record_event(
        case, "document_shared", actor, document=str(document.pk), number=document.number, days=days
    )
    return link


@transaction.atomic
def close_share_link(*, actor: Applicant, link: DocumentLink) -> None:
    """Close a share link early. Closing twice has no effect."""
    case, document = cases.lock_case(link.document.case_id), link.document
    if DocumentLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit_log.record_event(
            case, "document_unshared", actor, document=str(document.pk), number=document.number
        )


@transaction.atomic
def log_read(*, actor: User, document: Document, shared: bool = False) -> None:
    """Log that the document was read; ``shared``: by a third party through a share link."""
    case, kind = cases.lock_case(document.case_id), "document_shared_read" if shared else "document_read"
    audit_log.record_event(case, kind, actor, document=str(document.pk), number=document.number)


@transaction.atomic
def discard_documents(*, actor: User, case: Case) -> None:
    """Delete the documents and permits of a rehearsal."""
    specimens = Document.objects.filter(case=case, case__rehearsal=True)
    Permit.objects.filter(case=case, case__rehearsal=True).delete()
    _destroy_contents(specimens)
    specimens.delete()


@transaction.atomic
def erase_documents(*, actor: User, case: Case) -> None:
    """Erase the contents of a case's documents and their PDFs.

    Number, date and digest remain, so that copies can still be verified.
    """
    issued = Document.objects.filter(case=case)
    _destroy_contents(issued)
    DocumentLink.objects.filter(document__in=issued).delete()
    Permit.objects.filter(case=case).update(plate="", due_at=None)
    issued.update(texts={}, people=[], fault="", content="", revoked_reason="")


@transaction.atomic
def log_case_pdf_read(*, actor: User, case: Case) -> None:
    """Log that the whole case was downloaded as PDF."""
    audit_log.record_event(cases.lock_case(case.pk), "case_file_read", actor)


def _destroy_contents(documents: Iterable[Document]) -> None:
    """Delete the PDFs of documents (a query) when the transaction commits."""
    storage = Document._meta.get_field("content").storage
    for one in documents:
        if one.content.name:
            transaction.on_commit(partial(storage.delete, one.content.name), robust=True)


def _claim(document_id: str) -> Document | None:
    """Claim the document for this worker; None if it is made already or claimed by another."""
    now = timezone.now()
    claimed = Document.objects.due(now).filter(pk=document_id)
    if not claimed.update(due_at=now + CLAIM, attempts=F("attempts") + 1):
        return None
    return Document.objects.select_related("case").get(pk=document_id)


def _made(document: Document) -> SealedPdf:
    """Return the PDF with the commune's seal."""
    return sealing.seal_pdf(
        rendering.render_document(document, test_seal=sealing.configured_key().is_test),
        place=document.texts["place"],
        reason=f"{document.title}, {document.number}",
    )


def _store(document: Document, pdf: bytes) -> None:
    """Store the PDF under a name unique to this attempt.

    Two attempts give different seals, and only one of them counts.
    """
    name = _name(document, document.attempts)
    document.content.name = document.content.storage.save(name, ContentFile(pdf))


def _name(document: Document, attempt: int) -> str:
    return f"{FOLDER}/{document.pk.hex[:2]}/{document.pk.hex}-{attempt}.pdf"


@transaction.atomic
def _issued(document: Document, sealed: SealedPdf) -> bool:
    """Mark the document as issued, notify the applicant and wake the process of the case.

    Return False if another worker was first.
    """
    case = cases.lock_case(document.case_id)
    drawn = Document.objects.filter(pk=document.pk, state=Document.State.DRAWN)
    if not drawn.update(
        state=Document.State.ISSUED,
        issued_at=timezone.now(),
        content=document.content.name,
        size=len(sealed.content),
        digest=hashlib.sha256(sealed.content).hexdigest(),
        seal=_seal(sealed),
        seal_level=sealed.level,
        fault="",
    ):
        return False
    document.refresh_from_db()
    audit_log.record_event(
        case,
        "document_issued",
        SYSTEM,
        document=str(document.pk),
        number=document.number,
        digest=document.digest,
    )
    emails.send_document_issued(case, document)
    if document.posted and not postal_delivery.is_only_notice(case):
        postal_delivery.queue_document_letter(case, document)
    elif case.email and postal_delivery.is_paper_copy_wanted(case, document):
        postal_delivery.queue_paper_copy(case, document)
    if case.is_open:
        cases.wake_process(case=case)
    return True


def _seal(sealed: SealedPdf) -> Seal:
    known = {"certificate": sealed.certificate, "is_test": sealed.is_test}
    return Seal.objects.get_or_create(fingerprint=sealed.fingerprint, defaults=known)[0]


def _sweep_up(document: Document, *, won: bool) -> None:
    """Delete superfluous PDFs: the winner those of earlier attempts, any other worker its own."""
    for attempt in range(1, document.attempts) if won else [document.attempts]:
        document.content.storage.delete(_name(document, attempt))


def _failed(document: Document, fault: Exception) -> None:
    pause = RETRY_PAUSES[min(document.attempts, len(RETRY_PAUSES)) - 1]
    still = Document.objects.filter(pk=document.pk, state=Document.State.DRAWN)
    still.update(fault=describe_fault(fault)[:2000], due_at=timezone.now() + pause)
