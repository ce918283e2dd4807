"""Resident records: register data of persons to whom accounts belong."""

from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User

from ..comparison import ComparedAspect, MatchResult
from ..models import PostedCode, ResidentRecord
from ..persons import DeclaredPerson, to_json_data
from ..population_register import NoRegisterConfigured, RegisterUnavailable, configured_register
from ..signals import lookup_due
from .lookups import ask_and_compare, claim_row, retry_pause


@transaction.atomic
def schedule_record_lookup(*, actor: User | None, user: User) -> None:
    """Schedule a lookup of the person to whom the account belongs."""
    entry, _new = ResidentRecord.objects.update_or_create(
        user=user, defaults={"due_at": timezone.now(), "attempts": 0}
    )
    lookup_due.send(sender=ResidentRecord, row=entry)


def refresh_record(entry_id: int) -> None:
    """Ask the register about a person with proven identity. Safe to call any number of times."""
    entry = claim_row(ResidentRecord.objects, entry_id)
    if entry is None:
        return
    proof = entry.user.known_as
    said = (
        DeclaredPerson(proof.given_names, proof.family_name, proof.birth_date) if proof else DeclaredPerson()
    )
    try:
        finding = ask_and_compare(configured_register, said, [ComparedAspect.BIRTH_DATE])
    except RegisterUnavailable as fault:
        due_at = (
            None if isinstance(fault, NoRegisterConfigured) else timezone.now() + retry_pause(entry.attempts)
        )
        ResidentRecord.objects.filter(pk=entry.pk).update(due_at=due_at)
    else:
        found = finding.people[0] if finding.outcome == MatchResult.MATCH else None
        person = to_json_data(found) if found and not found.protected else None
        ResidentRecord.objects.filter(pk=entry.pk).update(
            person=person, answered_at=timezone.now(), due_at=None
        )


@transaction.atomic
def erase_person(*, actor: User, user: User) -> None:
    """Erase the resident record and the posted codes of an account."""
    ResidentRecord.objects.filter(user=user).delete()
    PostedCode.objects.filter(user=user).delete()
