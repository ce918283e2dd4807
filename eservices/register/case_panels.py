"""What the register said, beside what was declared, on the agents' screen."""

from dataclasses import replace

from django.utils.formats import date_format

from eservices.cases.case_panels import case_panels

from . import access
from .comparing import Aspect, agreements
from .models import Check, NamedCheck, Outcome
from .people import Declared, Person
from .stages import explanation


@case_panels.register("register")
def register_panel(case, user):
    """Each check with the people it is about, and in what they differ."""
    if all(row.type != "register" for row in case.stages.all()):
        return None
    checks = [_shown(check) for check in access.checks_for(user, case)]
    return ("register/case_panel.html", {"checks": checks}) if checks else None


def _shown(check: Check) -> dict:
    return {
        "check": check,
        "explanation": explanation(check) if check.waits_for_agent else "",
        "people": [
            {"person": one, "rows": _rows(check.said, one, check.required)}
            for one in check.shown(check.candidates)
        ],
        "named": [_named(check, one) for one in check.named_checks],
    }


def _named(check: Check, named: NamedCheck) -> dict:
    """A person whom the request names, compared with the register at the applicant's registered address."""
    shown = check.shown(check.candidates)
    applicant = check.found or (shown[0] if shown and check.outcome == Outcome.MATCH else None)
    said = replace(named.said, address=applicant.address if applicant else check.said.address)
    required = [Aspect.BIRTH_DATE, Aspect.ADDRESS]
    return {
        "name": named.said.name,
        "found": named.found,
        "outcome": Outcome(named.outcome).label,
        "rows": _rows(said, None, required),
        "people": [
            {"person": one, "rows": _rows(said, one, required)} for one in check.shown(named.candidates)
        ],
    }


def _rows(said: Declared, person: Person | None, required: list[str]) -> list[dict]:
    agreed = agreements(said, person) if person else set()
    needed = {Aspect.NAME, *required}
    declared, registered = _words(said), _words(person or Declared())
    return [
        {
            "label": aspect.label,
            "declared": declared[aspect],
            "registered": registered[aspect],
            "agrees": aspect in agreed,
            "matters": aspect in needed and aspect not in agreed,
        }
        for aspect in Aspect
        if declared[aspect] or aspect in needed
    ]


def _words(who: Person | Declared) -> dict[str, str]:
    return {
        Aspect.NAME: who.name,
        Aspect.BIRTH_DATE: date_format(who.birth_date, "j.m.Y") if who.birth_date else "",
        Aspect.ADDRESS: str(who.address or ""),
    }
