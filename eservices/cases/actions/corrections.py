"""Corrections of answers, and reviews of enclosures and persons. The submission itself never changes."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import IdentityLevel, User
from eservices.formbuilder.field_types import mask_secrets
from eservices.submissions.actions import applicant_of

from .. import audit_log, emails
from ..exceptions import IllegalTransition
from ..models import Case, ConcernedPerson, Correction, EnclosureReview
from ..signals import case_amended
from ..workflow import enclosures_and_persons
from ..workflow.promised_date import promised_date
from .base import case_search_lines, clean_text, lock_if_allowed, mark_process_due


@transaction.atomic
def correct_answer(
    *, actor: User, case: Case, field: str, answer: Any, reason: str, seen: int | None = None
) -> Correction:
    """Replace the answer to ``field``, for a reason. Conditions, documents and searches use the new answer.

    ``answer`` must be valid for its question. A new e-mail address is unconfirmed and gets the receipt.
    """
    case = lock_if_allowed(case, "amend", seen)
    before, address = case.answers.get(field), case.email
    if before == answer:
        raise IllegalTransition(_("This is the answer already."))
    correction = Correction.objects.create(
        case=case, field=field, before=before, after=answer, reason=clean_text(reason), author=actor
    )
    _store_correction(case, field, answer)
    create_person_rows(case)
    question = case.version.definition.fields[field]
    audit_log.record_event(
        case,
        "amended",
        actor,
        field=field,
        before=mask_secrets(question, before),
        after=mask_secrets(question, answer),
        reason=correction.reason,
    )
    if case.email != address:
        _send_links_to_new_address(case)
    mark_process_due(case)
    case_amended.send(sender=Case, case=case, actor=actor)
    return correction


@transaction.atomic
def judge_enclosure(*, actor: User, case: Case, field: str, state: str, reason: str = "") -> EnclosureReview:
    """Record that the files of a question were received, refused for a reason, or are not needed."""
    case = lock_if_allowed(case, "enclosure")
    if field not in [one.key for one in enclosures_and_persons.enclosure_questions(case)]:
        raise IllegalTransition(_("This case asks for no such paper."))
    text = clean_text(reason, empty=state != EnclosureReview.State.REFUSED)
    judged, _new = EnclosureReview.objects.update_or_create(
        case=case,
        field=field,
        defaults={"state": state, "reason": text, "author": actor, "at": timezone.now()},
    )
    audit_log.record_event(case, f"enclosure_{state}", actor, field=field, reason=text)
    return judged


@transaction.atomic
def judge_person(
    *, actor: User, case: Case, person: ConcernedPerson, outcome: str, reason: str = ""
) -> ConcernedPerson:
    """Set the outcome of one concerned person; a refusal requires a reason."""
    case = lock_if_allowed(case, "person")
    person = case.persons.select_for_update().get(pk=person.pk)
    person.outcome, person.author, person.at = outcome, actor, timezone.now()
    person.reason = clean_text(reason, empty=outcome != ConcernedPerson.Outcome.REFUSED)
    person.save(update_fields=["outcome", "reason", "author", "at"])
    audit_log.record_event(
        case,
        "person_judged",
        actor,
        person=person.pk,
        name=person.name,
        outcome=outcome,
        reason=person.reason,
    )
    return person


def create_person_rows(case: Case) -> None:
    """Create a row for each person whom the answers name, and delete rows that are not named any more.

    A person with an outcome keeps their row.
    """
    if not enclosures_and_persons.person_groups(case):
        return
    named = {(one.field, one.place): one.name for one in enclosures_and_persons.concerned_people(case)}
    for person in case.persons.all():
        name = named.pop((person.field, person.place), None)
        if name is None and not person.outcome:
            person.delete()
        elif name and name != person.name:
            ConcernedPerson.objects.filter(pk=person.pk).update(name=name)
    ConcernedPerson.objects.bulk_create(
        ConcernedPerson(case=case, field=field, place=place, name=name)
        for (field, place), name in named.items()
    )


def apply_outcome_to_people(case: Case, outcome: str, reason: str = "") -> None:
    """Apply the outcome of the case to the persons who have none."""
    case.persons.filter(outcome="").update(outcome=outcome, reason=reason, at=timezone.now())


def erase_corrections(case: Case, keys: list[str] | None = None) -> None:
    """Erase the corrections of these questions, or all if ``keys`` is None.

    Called when answers are erased, because corrections repeat them.
    """
    erased = case.amendments.all() if keys is None else case.amendments.filter(field__in=keys)
    erased.delete()
    case.amended = {key: one for key, one in case.amended.items() if keys is not None and key not in keys}
    case.contact = _corrected_contact(case)
    case.save(update_fields=["amended", "contact"])


def _store_correction(case: Case, field: str, answer: Any) -> None:
    amended, declared = case.amended | {field: answer}, case.submission.answers
    case.amended = {key: one for key, one in amended.items() if one != declared.get(key)}
    case.contact = _corrected_contact(case)
    case.search_text = case_search_lines(case)
    case.save(update_fields=["amended", "contact", "search_text"])


def _corrected_contact(case: Case) -> dict[str, Any]:
    """Return the applicant's name and addresses that differ from the submission because of corrections."""
    declared, now = case.submission, applicant_of(case.version, case.answers)
    corrected_keys = {*case.amended} & {*_applicant_field_keys(case)}
    return {name: value for name, value in now.items() if corrected_keys and value != getattr(declared, name)}


def _applicant_field_keys(case: Case) -> list[str]:
    keys = case.version.definition.settings.get("applicant", {})
    return [*keys.get("name", []), keys.get("email"), keys.get("phone")]


def _send_links_to_new_address(case: Case) -> None:
    """Revoke the links that were mailed to the old address and send the receipt to the new one."""
    case.links.filter(mailed=True, revoked_at=None).update(revoked_at=timezone.now())
    case.email_confirmed_at = None
    if case.identity_level == IdentityLevel.EMAIL:
        case.identity_level = case.submission.identity_level
    case.save(update_fields=["email_confirmed_at", "identity_level"])
    emails.send_receipt(case, promised_date(case))
