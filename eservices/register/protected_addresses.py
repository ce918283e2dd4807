"""Screening and protection of cases by the register: persons named in them may have a protected address."""

from django.conf import settings

from eservices.cases.models import Case

from .models import RegisterCheck
from .named_persons import people_named


def is_to_be_asked(case: Case) -> bool:
    """Return whether a register is configured and the case names a person."""
    return settings.REGISTER_SCREENING and settings.REGISTER != "none" and bool(people_named(case))


def names_protected_person(case: Case) -> bool:
    """Return whether a person identified by a check or by an agent has a protected address."""
    checks = RegisterCheck.objects.filter(stage__case=case, protected=True)
    found = (one.matched_person for check in checks for one in (check, *check.named_checks))
    return any(person.protected for person in found if person)
