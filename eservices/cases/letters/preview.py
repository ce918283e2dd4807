"""A letter tried on a real case, before it is saved."""

from eservices.cases import access, emails
from eservices.cases.models import Letter

from .content import GIVEN, Written, filled, written

LAST = 30  # cases to choose from


def context(letter: Letter, request) -> dict:
    """The letter about the case that was asked for, or the newest; about nobody where there is none."""
    cases = access.cases_for(request.user).real().select_related(*access.RELATED).order_by("-opened_at")
    choices = list(cases[:LAST])
    asked = request.GET.get("case", "")
    case = next((one for one in choices if one.reference == asked), next(iter(choices), None))
    found = written(case, letter) if case else _about_nobody(letter)
    return {
        "letter": found,
        "case": case,
        "choices": choices,
        "kept": [(name, value) for name, value in request.GET.items() if name != "case"],
        "html": emails.rendered(found, case, letter.locale.language_code),
    }


def _about_nobody(letter: Letter) -> Written:
    return filled(letter, {key: f"[{label}]" for key, label in GIVEN.items()})
