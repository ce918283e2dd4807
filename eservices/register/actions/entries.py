"""What the register says of the people whom accounts belong to."""

from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User

from .. import tasks
from ..comparing import Aspect, Found
from ..models import Entry, PostedCode
from ..people import Declared, content_of
from ..registers import Absent, Away, register
from .base import ask, claim, pause, wake_worker


@transaction.atomic
def expect_entry(*, actor: User | None, user: User) -> None:
    """What the register says of the person whom the account belongs to is asked, soon."""
    entry, _new = Entry.objects.update_or_create(
        user=user, defaults={"due_at": timezone.now(), "attempts": 0}
    )
    wake_worker(tasks.refresh_entry, entry)


def refresh_entry(entry_id) -> None:
    """Asks the register about a person whose identity is proven. Safe to call any number of times."""
    entry = claim(Entry.objects, entry_id)
    if entry is None:
        return
    proof = entry.user.known_as
    said = Declared(proof.given_names, proof.family_name, proof.birth_date) if proof else Declared()
    try:
        finding = ask(register, said, [Aspect.BIRTH_DATE])
    except Away as fault:
        due_at = None if isinstance(fault, Absent) else timezone.now() + pause(entry.attempts)
        Entry.objects.filter(pk=entry.pk).update(due_at=due_at)
    else:
        found = finding.people[0] if finding.outcome == Found.MATCH else None
        person = content_of(found) if found and not found.protected else None
        Entry.objects.filter(pk=entry.pk).update(person=person, answered_at=timezone.now(), due_at=None)


@transaction.atomic
def forget_person(*, actor: User, user: User) -> None:
    """Forgets what the register said of an account's person, and the codes that were posted to her."""
    Entry.objects.filter(user=user).delete()
    PostedCode.objects.filter(user=user).delete()
