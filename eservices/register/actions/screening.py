"""Screening of new cases: whether a person named in the case has a protected address."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from eservices.accounts.person_names import is_same_name
from eservices.cases import actions as cases
from eservices.cases.access import of_same_contact
from eservices.cases.actors import SYSTEM, Actor
from eservices.cases.models import Case
from eservices.cases.workflow import protected_addresses

from ..models import Screening
from ..named_persons import people_named
from ..persons import DeclaredPerson, RegisterPerson
from ..population_register import NoRegisterConfigured, RegisterUnavailable, configured_register
from ..protected_addresses import is_to_be_asked
from ..signals import lookup_due
from .lookups import candidates, claim_on, claim_row, retry_pause


@transaction.atomic
def begin_screening(*, actor: Actor = SYSTEM, case: Case) -> Screening | None:
    """Store that the register is to be asked about the case's persons; a worker asks.

    Return None if nobody can be asked about, in rehearsals, and if an agent stated that no address is protected.
    Runs again after a correction. The row of the case must be locked.
    """
    if case.rehearsal or not is_to_be_asked(case) or case.events.filter(kind="unprotected").exists():
        return None
    return _ask_anew(case.pk)


def screen(screening_id: int) -> None:
    """Ask the register about everybody named in the case and store whether an address is protected.

    Safe to call at any time, any number of times. The case stays unscreened until the register has answered about
    all.
    """
    screening = claim_row(Screening.objects, screening_id)
    if screening is None:
        return
    try:
        protected = protected_addresses.is_of_protected_person(screening.case) or any(
            _is_protected(one) for one in people_named(screening.case) if _goes_on(screening)
        )
    except NoRegisterConfigured:
        _keep(screening, protected=False)  # no register was configured since: nobody can know
    except RegisterUnavailable as fault:
        due_at = timezone.now() + retry_pause(screening.attempts)
        _still(screening).update(fault=str(fault), due_at=due_at)
    else:
        _keep(screening, protected=protected)


@transaction.atomic
def screen_same_person(*, actor: Actor, case: Case) -> None:
    """Screen the other cases of the same contact again, because the person is now known as protected.

    Only their screenings are scheduled here, so that no lock of a case waits for another.
    """
    others = of_same_contact(case).filter(protected=False).exclude(events__kind="unprotected")
    for pk in list(others.values_list("pk", flat=True)[: protected_addresses.MOST]):
        _ask_anew(pk)


def _ask_anew(case_id: UUID | str) -> Screening:
    screening, _new = Screening.objects.update_or_create(
        case_id=case_id, defaults={"due_at": timezone.now(), "fault": ""}
    )
    lookup_due.send(sender=Screening, row=screening)
    return screening


def _goes_on(screening: Screening) -> bool:
    """Extend the claim before each person, because a slow register takes longer for many than one claim lasts."""
    until = claim_on(_still(screening))
    screening.due_at = until or screening.due_at
    return until is not None


def _is_protected(said: DeclaredPerson) -> bool:
    """Return whether a protected person may be the declared one; without a date of birth the name decides."""
    return any(one.protected and _may_be(said, one) for one in candidates(configured_register, said))


def _may_be(said: DeclaredPerson, person: RegisterPerson) -> bool:
    same_day = said.birth_date is None or said.birth_date == person.birth_date
    return same_day and is_same_name(said.name, person.given_names, person.family_name)


@transaction.atomic
def _keep(screening: Screening, *, protected: bool) -> None:
    case = cases.lock_case(screening.case_id)
    if _still(screening).update(answered_at=timezone.now(), due_at=None, fault=""):
        cases.settle_screening(case=case, protected=protected)


def _still(screening: Screening) -> QuerySet[Screening]:
    """Return a queryset of the row, empty if the screening was scheduled again since the claim."""
    return Screening.objects.filter(pk=screening.pk, attempts=screening.attempts, due_at=screening.due_at)
