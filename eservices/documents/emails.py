"""E-mails about documents and permits."""

from eservices.cases.emails import ACCEPTED, acceptance_context, queue_letter_to_applicant, send_acceptance
from eservices.cases.models import Case, CaseStage
from eservices.cases.workflow.progress import stages_ahead
from eservices.deliveries.models import Delivery

from . import postal_delivery
from .models import Document, Permit


def send_document_issued(case: Case, document: Document) -> Delivery | None:
    """Tell the applicant that the document is ready on the status page, or sent by post.

    Applicants without an e-mail address get the document with the paper letter.
    """
    enclosed = postal_delivery.is_only_notice(case) if document.posted else not case.email
    return queue_letter_to_applicant(
        case,
        "documents/emails/posted" if document.posted else "documents/emails/issued",
        attachments=[postal_delivery.enclosure_of(document)] if enclosed else [],
        address=postal_delivery.registered_lines(case) if document.posted and enclosed else None,
        document=document,
        enclosed=enclosed,
        **acceptance_context(case, document.stage),
    )


def nothing_follows(case: Case, row: CaseStage) -> Delivery | None:
    """Tell the applicant that the case is accepted, if no document follows whose e-mail would have said so."""
    return send_acceptance(case, stages_ahead(case)[1:]) if row.data.pop(ACCEPTED, False) else None


def send_document_revoked(case: Case, document: Document) -> Delivery | None:
    """Tell the applicant that the document is revoked, and why."""
    return queue_letter_to_applicant(case, "documents/emails/revoked", document=document)


def send_permit_waiting(case: Case) -> Delivery | None:
    """Tell the applicant that the zone is full and the request is on the waiting list."""
    return queue_letter_to_applicant(case, "documents/emails/waits_for_place")


def send_permit_expiring(case: Case, permit: Permit) -> Delivery | None:
    """Remind the applicant that the permit ends, with a link to renew it."""
    return queue_letter_to_applicant(
        case, "documents/emails/ends_soon", document=permit.document, permit=permit
    )
