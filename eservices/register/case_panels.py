"""What the register said, beside what was declared, on the agents' screen."""

from django.utils.formats import date_format

from eservices.cases.case_panels import case_panels

from . import access
from .comparing import Aspect, agreements
from .models import Check
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
        "people": [{"person": one, "rows": _rows(check, one)} for one in check.candidates],
    }


def _rows(check: Check, person: Person) -> list[dict]:
    agreed = agreements(check.said, person)
    needed = {Aspect.NAME, *check.required}
    declared, registered = _words(check.said), _words(person)
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
