"""Screening of new cases for protected addresses, by apps that can find out."""

from eservices.accounts.person_names import name_words
from home.extensions.base import extensions

from ..access import of_same_contact
from ..extension_points import CaseExtension
from ..models import Case


def needs_screening(case: Case) -> bool:
    """Return whether an app still has to find out if an address is protected.

    Never for rehearsals, because they name no real person.
    """
    return not case.rehearsal and any(one.needs_screening(case) for one in extensions(CaseExtension))


def names_protected_person(case: Case) -> bool:
    """Return whether an app knows that a person in the case has a protected address."""
    return any(one.names_protected_person(case) for one in extensions(CaseExtension))


def is_of_protected_person(case: Case) -> bool:
    """Return whether the applicant is known as protected from another case.

    The account, the e-mail address or the telephone number must be the same, and also the name, if both cases have
    one, because an organization may apply for many people.
    """
    if case.rehearsal:
        return False
    known = of_same_contact(case).filter(protected=True, unscreened=False).select_related("submission")
    return any(_same_name(case.applicant, other.applicant) for other in known[:MOST])


MOST = 50  # most cases of the same contact that are compared


def _same_name(one: str, other: str) -> bool:
    return not (one and other) or set(name_words(one)) == set(name_words(other))
