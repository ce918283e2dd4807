"""A document that goes by post, into the print queue: to the registered address, on paper too, or with the letter that
tells of it."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from eservices.cases.addresses import postal_lines
from eservices.cases.models import Case
from eservices.cases.stages import settings_of
from eservices.deliveries.actions import queue_letter, skip
from eservices.deliveries.models import Delivery
from eservices.register.access import person_of

from .models import Document


def post(case: Case, document: Document) -> Delivery:
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
    person = person_of(case)
    return [person.name, *person.address.lines] if person and person.address else []


def tells_too(case: Case) -> bool:
    """True if the cover letter is the applicant's only notice: no e-mail address, and no different postal address
    declared. Who is anonymous gets none."""
    declared, registered = postal_lines(case), registered_lines(case)
    elsewhere = declared and _place(declared) != _place(registered)
    return not (case.email or case.is_anonymous or elsewhere)


def _place(lines: list[str]) -> list[str]:
    """An address without the name: the register knows more of it than people write."""
    return [line.casefold() for line in lines[1:]]


def wanted_too(case: Case, document: Document) -> bool:
    """Whether the applicant asked for it on paper too."""
    return case.answers.get(settings_of(document.stage).get("paper") or "") is True


def post_too(case: Case, document: Document) -> Delivery:
    """The same for who asked for it on paper too, to the address that was declared."""
    with override(case.language):
        why = _("You asked for it on paper too.")
    return _letter(case, document, postal_lines(case), why)


def _letter(case: Case, document: Document, address: list[str], why: str) -> Delivery:
    with override(case.language):
        what = _("You asked the commune for this document: %(title)s, %(number)s.")
    return queue_letter(
        address=address,
        title=document.title,
        paragraphs=[what % {"title": document.title, "number": document.number}, why],
        language=case.language,
        subject=case.subject,
        office=case.team.key,
        sender=case.team.called(case.language),
        enclosures=[enclosure(document)],
        rehearsal=case.rehearsal,
    )


def enclosure(document: Document) -> dict:
    """The document as what is printed after a letter."""
    return {"name": document.file_name, "storage": "private", "path": document.content.name}


def take_back(*, actor, case: Case, document: Document, reason: str) -> None:
    """Nobody posts what was revoked, if its letter still lies in the house."""
    for letter in Delivery.objects.about(case.subject).filter(carrier="print"):
        enclosed = [one["path"] for one in letter.payload.get("enclosures", ())]
        if document.content.name in enclosed:
            skip(actor=actor, delivery=letter, reason=reason)
