"""Panel of the case page: the register's answer beside the declared data."""

from dataclasses import replace

from django.utils.formats import date_format

from eservices.accounts.models import User
from eservices.cases.extension_points import Panel
from eservices.cases.models import Case

from . import access
from .comparison import ComparedAspect, agreeing_aspects
from .models import CheckOutcome, NamedCheck, RegisterCheck
from .persons import DeclaredPerson, RegisterPerson
from .stages import check_explanation


def register_panel(case: Case, user: User) -> Panel | None:
    """Return the checks of the case with their candidates and the differences; None if there are none."""
    if all(row.type != "register" for row in case.stages.all()):
        return None
    checks = [_shown(check) for check in access.checks_for(user, case)]
    return Panel("register", "register/case_panel.html", {"checks": checks}) if checks else None


def _shown(check: RegisterCheck) -> dict:
    return {
        "check": check,
        "explanation": check_explanation(check) if check.waits_for_agent else "",
        "people": [
            {"person": one, "rows": _rows(check.declared_person, one, check.required)}
            for one in check.shown(check.candidates)
        ],
        "named": [_named(check, one) for one in check.named_checks],
    }


def _named(check: RegisterCheck, named: NamedCheck) -> dict:
    """Compare a named person with the register at the applicant's registered address."""
    shown = check.shown(check.candidates)
    applicant = check.matched_person or (shown[0] if shown and check.outcome == CheckOutcome.MATCH else None)
    said = replace(
        named.declared_person, address=applicant.address if applicant else check.declared_person.address
    )
    required = [ComparedAspect.BIRTH_DATE, ComparedAspect.ADDRESS]
    return {
        "name": named.declared_person.name,
        "found": named.matched_person,
        "outcome": CheckOutcome(named.outcome).label,
        "rows": _rows(said, None, required),
        "people": [
            {"person": one, "rows": _rows(said, one, required)} for one in check.shown(named.candidates)
        ],
    }


def _rows(said: DeclaredPerson, person: RegisterPerson | None, required: list[str]) -> list[dict]:
    agreed = agreeing_aspects(said, person) if person else set()
    needed = {ComparedAspect.NAME, *required}
    declared, registered = _words(said), _words(person or DeclaredPerson())
    return [
        {
            "label": aspect.label,
            "declared": declared[aspect],
            "registered": registered[aspect],
            "agrees": aspect in agreed,
            "matters": aspect in needed and aspect not in agreed,
        }
        for aspect in ComparedAspect
        if declared[aspect] or aspect in needed
    ]


def _words(who: RegisterPerson | DeclaredPerson) -> dict[str, str]:
    return {
        ComparedAspect.NAME: who.name,
        ComparedAspect.BIRTH_DATE: date_format(who.birth_date, "j.m.Y") if who.birth_date else "",
        ComparedAspect.ADDRESS: str(who.address or ""),
    }
