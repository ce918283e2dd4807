"""What agents put right and find out about what was declared. The submission itself is never changed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import IdentityLevel, User
from eservices.submissions.actions import applicant_of

from .. import concerned, emails, trace
from ..answering import answered_by
from ..models import Amendment, Case, Enclosure, Person
from ..signals import case_amended
from .base import IllegalTransition, allowed, search_text, wake_row, words


@transaction.atomic
def amend(*, actor: User, case: Case, field: str, answer, reason: str, seen: int | None = None) -> Amendment:
    """Puts the answer to ``field`` right, for a reason. Conditions, documents and searches read it from now on.

    ``answer`` was judged by its question. A new e-mail address is not confirmed, and gets the receipt.
    """
    case = allowed(case, "amend", seen)
    before, address = case.answers.get(field), case.email
    if before == answer:
        raise IllegalTransition(_("This is the answer already."))
    made = Amendment.objects.create(
        case=case, field=field, before=before, after=answer, reason=words(reason), author=actor
    )
    _put_right(case, field, answer)
    lay_people(case)
    trace.record(case, "amended", actor, field=field, before=before, after=answer, reason=made.reason)
    if case.email != address:
        _write_to_new_address(case)
    wake_row(case)
    case_amended.send(sender=Case, case=case, actor=actor)
    return made


@transaction.atomic
def judge_enclosure(*, actor: User, case: Case, field: str, state: str, reason: str = "") -> Enclosure:
    """Keeps that the papers of a question were received, refused for a reason, or are not needed."""
    case = allowed(case, "enclosure")
    if field not in [one.key for one in concerned.papers(case)]:
        raise IllegalTransition(_("This case asks for no such paper."))
    said = words(reason, empty=state != Enclosure.State.REFUSED)
    judged, _new = Enclosure.objects.update_or_create(
        case=case,
        field=field,
        defaults={"state": state, "reason": said, "author": actor, "at": timezone.now()},
    )
    trace.record(case, f"enclosure_{state}", actor, field=field, reason=said)
    return judged


@transaction.atomic
def judge_person(*, actor: User, case: Case, person: Person, outcome: str, reason: str = "") -> Person:
    """Gives one of the people concerned an outcome of their own; a refusal has its reason."""
    case = allowed(case, "person")
    person = case.persons.select_for_update().get(pk=person.pk)
    person.outcome, person.author, person.at = outcome, actor, timezone.now()
    person.reason = words(reason, empty=outcome != Person.Outcome.REFUSED)
    person.save(update_fields=["outcome", "reason", "author", "at"])
    trace.record(
        case,
        "person_judged",
        actor,
        person=person.pk,
        name=person.name,
        outcome=outcome,
        reason=person.reason,
    )
    return person


def lay_people(case: Case) -> None:
    """Writes a row for everybody whom the answers name. Who has an outcome keeps it."""
    if not concerned.marked(case):
        return
    named = {(one.field, one.place): one.name for one in concerned.people(case)}
    for person in case.persons.all():
        name = named.pop((person.field, person.place), None)
        if name is None and not person.outcome:
            person.delete()
        elif name and name != person.name:
            Person.objects.filter(pk=person.pk).update(name=name)
    Person.objects.bulk_create(
        Person(case=case, field=field, place=place, name=name) for (field, place), name in named.items()
    )


def settle_people(case: Case, outcome: str, reason: str = "") -> None:
    """The case has its outcome: it is that of everybody who has none yet."""
    case.persons.filter(outcome="").update(outcome=outcome, reason=reason, at=timezone.now())


def forget_amendments(case: Case, keys: list[str] | None = None) -> None:
    """Erases what was corrected, of these questions or of all: the corrections go with the answers."""
    gone = case.amendments.all() if keys is None else case.amendments.filter(field__in=keys)
    gone.delete()
    case.amended = {key: one for key, one in case.amended.items() if keys is not None and key not in keys}
    case.contact = _contact(case)
    case.save(update_fields=["amended", "contact"])


def _put_right(case: Case, field: str, answer) -> None:
    amended, declared = case.amended | {field: answer}, case.submission.answers
    case.amended = {key: one for key, one in amended.items() if one != declared.get(key)}
    case.contact = _contact(case)
    case.search_text = search_text(case)
    case.save(update_fields=["amended", "contact", "search_text"])


def _contact(case: Case) -> dict:
    """What of the applicant's name and addresses the corrections changed."""
    declared, now = case.submission, applicant_of(case.version, case.answers)
    touched = {*case.amended} & {*_asked_of_applicant(case)}
    return {name: value for name, value in now.items() if touched and value != getattr(declared, name)}


def _asked_of_applicant(case: Case) -> list[str]:
    keys = case.version.definition.settings.get("applicant", {})
    return [*keys.get("name", []), keys.get("email"), keys.get("phone")]


def _write_to_new_address(case: Case) -> None:
    """Links mailed to the old address open nothing any more."""
    case.links.filter(mailed=True, revoked_at=None).update(revoked_at=timezone.now())
    case.email_confirmed_at = None
    if case.identity_level == IdentityLevel.EMAIL:
        case.identity_level = case.submission.identity_level
    case.save(update_fields=["email_confirmed_at", "identity_level"])
    emails.receipt(case, answered_by(case))
