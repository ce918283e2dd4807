"""Screening of new cases: an app above knows whether somebody's address is protected. Others offer in such a file.

An offer returns whether somebody has to be asked about the case first. It is screened by ``actions.settle_screening``;
until then it is treated as protected.
"""

from collections.abc import Callable

from eservices.accounts.person_names import name_words
from home.extensions.registry import Registry

from ..access import of_same_contact
from ..models import Case

screenings: Registry[Callable[[Case], bool]] = Registry("protection")
# Whether an app knows that somebody in a case has a protected address, whatever an agent says of it.
known: Registry[Callable[[Case], bool]] = Registry("protection")


def needs_screening(case: Case) -> bool:
    """Return whether nobody knows yet if an address in the case is protected. Rehearsals name nobody real."""
    return not case.rehearsal and any(needed(case) for needed in screenings)


def names_protected_person(case: Case) -> bool:
    """Return whether somebody whom the case is found to name has a protected address."""
    return any(names(case) for names in known)


def is_of_protected_person(case: Case) -> bool:
    """Return whether the applicant is known as protected from another case.

    The account, the e-mail address or the telephone number must be the same, and the name, if both cases have one:
    an office files for many.
    """
    if case.rehearsal:
        return False
    known = of_same_contact(case).filter(protected=True, unscreened=False).select_related("submission")
    return any(_same_name(case.applicant, other.applicant) for other in known[:MOST])


MOST = 50  # cases of the same contact that are compared


def _same_name(one: str, other: str) -> bool:
    return not (one and other) or set(name_words(one)) == set(name_words(other))
