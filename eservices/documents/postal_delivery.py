"""A document that goes by post, into the print queue: to the registered address, on paper too, or with the letter that
tells of it."""

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
    """Writes the letter that the document is enclosed in, in the caller's transaction.

    Where the register did not say where the person lives, an agent writes the address before it is printed.
    """
    with override(case.language):
        why = _(
            "We post it to your registered address: that it reaches you there is how we make sure who asked."
        )
    return _letter(case, document, registered_lines(case), why)


def registered_lines(case: Case) -> list[str]:
    """Name and registered address as the register said them; empty where it did not."""
    person = register_person_of(case)
    return [person.name, *person.address.lines] if person and person.address else []


def is_only_notice(case: Case) -> bool:
    """True if the cover letter is the applicant's only notice: no e-mail address, and no different postal address
    declared. Who is anonymous gets none."""
    declared, registered = postal_lines(case), registered_lines(case)
    elsewhere = declared and _place(declared) != _place(registered)
    return not (case.email or case.is_anonymous or elsewhere)


def _place(lines: list[str]) -> list[str]:
    """An address without the name: the register knows more of it than people write."""
    return [line.casefold() for line in lines[1:]]


def is_paper_copy_wanted(case: Case, document: Document) -> bool:
    """Whether the applicant asked for it on paper too."""
    return case.answers.get(current_settings(document.stage).get("paper") or "") is True


def queue_paper_copy(case: Case, document: Document) -> Delivery:
    """The same for who asked for it on paper too, to the address that was declared."""
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
        sender=case.team.called(case.language),
        enclosures=[enclosure_of(document)],
        rehearsal=case.rehearsal,
    )


def enclosure_of(document: Document) -> dict:
    """The document as what is printed after a letter."""
    return {"name": document.file_name, "storage": "private", "path": document.content.name}


def cancel_document_letter(*, actor, case: Case, document: Document, reason: str) -> None:
    """Nobody posts what was revoked, if its letter still lies in the house."""
    for letter in Delivery.objects.about(case.subject).filter(carrier="print"):
        enclosed = [one["path"] for one in letter.payload.get("enclosures", ())]
        if document.content.name in enclosed:
            skip_delivery(actor=actor, delivery=letter, reason=reason)
