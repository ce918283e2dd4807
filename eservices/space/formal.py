"""What an applicant's page says of decisions that may be appealed."""

from django.db.models import Exists, OuterRef

from eservices.cases.formal import consent
from eservices.cases.formal.notifying import remedies_of
from eservices.cases.letters.rich import as_html
from eservices.cases.models import FormalDecision
from eservices.cases.models.formal import OPENED_WITHIN

from .doors import Door


def shown(door: Door) -> dict:
    """What the page says of decisions and of how they come; empty where the service takes none."""
    case = door.case
    decisions = list(case.formal_decisions.select_related("letter"))
    given = consent.consents(case)
    if not (decisions or given or remedies_of(case)):
        return {}
    return {
        "rows": [(one, _text(one), door.url_of("decision", one.pk)) for one in decisions],
        "sealed": any(_is_sealed(one) for one in decisions),
        "unopened": [one.pk for one in decisions if _stayed_unopened(one)],
        "may_open": door.proves_address,
        "may_consent": bool(case.email) and (case.is_open or given),
        "consents": given,
        "consent_url": door.url_of("consent"),
    }


def is_sealed() -> Exists:
    """Whether a decision on a case waits to be opened, for a list of cases."""
    return Exists(FormalDecision.objects.unopened().filter(case=OuterRef("pk")))


def _is_sealed(decision: FormalDecision) -> bool:
    return decision.electronic and decision.notified_on is None


def _stayed_unopened(decision: FormalDecision) -> bool:
    """Whether paper followed because nobody opened it here in time."""
    letter = decision.letter
    return bool(
        letter and not decision.notified_on and letter.created_at >= decision.decided_at + OPENED_WITHIN
    )


def _text(decision: FormalDecision) -> str:
    """What it says; nothing while it waits to be opened."""
    return "" if _is_sealed(decision) else as_html(decision.paragraphs)
