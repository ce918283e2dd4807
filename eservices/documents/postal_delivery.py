"""Paper letters with documents: to the registered address, as paper copy, or with the notice itself."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.cases.models import Case
from eservices.cases.stages import current_settings
from eservices.cases.texts.postal_address import postal_lines
from eservices.deliveries.actions import queue_paper_letter, skip_delivery
from eservices.deliveries.models import Delivery
from eservices.register.access import register_person_of

from .models import Document


def queue_document_letter(case: Case, document: Document) -> Delivery:
    """Queue the paper letter with the document enclosed, in the caller's transaction.

    If the register gave no address, an agent adds it before printing.
    """
    with override(case.language):
        why = _(
            "We post it to your registered address. Its arrival there confirms the identity of the applicant."
        )
    return _letter(case, document, registered_lines(case), why)


def registered_lines(case: Case) -> list[str]:
    """Return name and registered address from the population register; empty if it gave none."""
    person = register_person_of(case)
    return [person.name, *person.address.lines] if person and person.address else []


def is_only_notice(case: Case) -> bool:
    """Return True if the cover letter is the applicant's only notice.

    That is, without an e-mail address or a different declared postal address. Anonymous applicants get none.
    """
    declared, registered = postal_lines(case), registered_lines(case)
    elsewhere = declared and _place(declared) != _place(registered)
    return not (case.email or case.is_anonymous or elsewhere)


def _place(lines: list[str]) -> list[str]:
    """Return an address without the name: the register has more given names than people write."""
    return [line.casefold() for line in lines[1:]]


def is_paper_copy_wanted(case: Case, document: Document) -> bool:
    """Return whether the applicant asked for a paper copy too."""
    return case.answers.get(current_settings(document.stage).get("paper") or "") is True


def queue_paper_copy(case: Case, document: Document) -> Delivery:
    """Queue a paper copy of the document to the declared address."""
    with override(case.language):
        why = _("You asked for it on paper too.")
    return _letter(case, document, postal_lines(case), why)


def _letter(case: Case, document: Document, address: list[str], why: str) -> Delivery:
    with override(case.language):
        what = _("You asked the commune for this document: %(title)s, %(number)s.")
    return queue_paper_letter(
        address=address,
        title=document.title,
        paragraphs=[what % {"title": document.title, "number": document.number}, why],
        language=case.language,
        subject=case.subject,
        office=case.team.key,
        sender=case.team.name_in(case.language),
        enclosures=[enclosure_of(document)],
        rehearsal=case.rehearsal,
    )


def enclosure_of(document: Document) -> dict:
    """Return the document as an enclosure of a paper letter."""
    return {"name": document.file_name, "storage": "private", "path": document.content.name}


def cancel_document_letter(*, actor, case: Case, document: Document, reason: str) -> None:
    """Skip the paper letters with a revoked document that are not posted yet."""
    for letter in Delivery.objects.for_subject(case.subject).filter(carrier="print"):
        enclosed = [one["path"] for one in letter.payload.get("enclosures", ())]
        if document.content.name in enclosed:
            skip_delivery(actor=actor, delivery=letter, reason=reason)
