"""The letters about documents."""

from eservices.cases.emails import ACCEPTED, acceptance, accepted, letter
from eservices.cases.models import Case, CaseStage
from eservices.cases.progress import ahead
from eservices.deliveries.models import Delivery

from . import posting
from .models import Document, Permit


def issued(case: Case, document: Document) -> Delivery | None:
    """Your document is ready behind your private link, or on its way by post; who has no e-mail address gets it with
    the letter."""
    enclosed = posting.tells_too(case) if document.posted else not case.email
    return letter(
        case,
        "documents/emails/posted" if document.posted else "documents/emails/issued",
        attachments=[posting.enclosure(document)] if enclosed else [],
        address=posting.registered_lines(case) if document.posted and enclosed else None,
        document=document,
        enclosed=enclosed,
        **acceptance(case, document.stage),
    )


def nothing_follows(case: Case, row: CaseStage) -> Delivery | None:
    """Your request is accepted, where the letter of a document was to say so and no document follows."""
    return accepted(case, ahead(case)[1:]) if row.data.pop(ACCEPTED, False) else None


def revoked(case: Case, document: Document) -> Delivery | None:
    """Your document proves nothing any more, and why."""
    return letter(case, "documents/emails/revoked", document=document)


def waits_for_place(case: Case) -> Delivery | None:
    """The zone is full, and you are on its waiting list: our answer comes when it can."""
    return letter(case, "documents/emails/waits_for_place")


def ends_soon(case: Case, permit: Permit) -> Delivery | None:
    """Your permit ends; renew it in two presses."""
    return letter(case, "documents/emails/ends_soon", document=permit.document, permit=permit)
