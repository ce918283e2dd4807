"""Template context about appealable decisions, for the status page."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from eservices.cases.actions.decision_notification import consent
from eservices.cases.actions.decision_notification.writing import remedies_for
from eservices.cases.models import AppealableDecision, Case
from eservices.cases.models.appealable_decisions import OPENED_WITHIN
from eservices.deliveries.paragraph_html import paragraphs_to_html

from .case_access import CaseAccess

CONSENT_TEXT = _(
    "By post. If you agree, you can read them here at once instead. Opening a decision "
    "counts as receiving it."
)


def decision_context(door: CaseAccess) -> dict:
    """Return the context about decisions and their electronic notification.

    {} if the case has no appealable decision or consent and its service has no such decisions.
    """
    case = door.case
    decisions = list(case.formal_decisions.select_related("letter"))
    given = consent.has_consent(case)
    if not (decisions or given or remedies_for(case)):
        return {}
    return {
        "rows": [(one, _text(one), door.url_of("decision", one.pk)) for one in decisions],
        "sealed": any(one.is_unopened for one in decisions),
        "unopened": [one.pk for one in decisions if _stayed_unopened(one)],
        "may_open": door.proves_address,
        "may_consent": bool(case.email) and (case.is_open or given),
        "consents": given,
        "consent_url": door.url_of("consent"),
        "consent_text": CONSENT_TEXT,
    }


def has_unopened_decision_expression() -> Exists:
    """Return an annotation for cases: whether a decision waits to be opened."""
    return Exists(AppealableDecision.objects.unopened().filter(case=OuterRef("pk")))


def has_unopened_decision(case: Case) -> bool:
    """Return the same for one case."""
    return case.formal_decisions.unopened().exists()


def _stayed_unopened(decision: AppealableDecision) -> bool:
    """Return whether a paper letter followed because the decision was not opened here in time."""
    letter = decision.letter
    return bool(
        letter and not decision.notified_on and letter.created_at >= decision.decided_at + OPENED_WITHIN
    )


def _text(decision: AppealableDecision) -> str:
    """Return the text of the decision as HTML; "" until it is opened."""
    return "" if decision.is_unopened else paragraphs_to_html(decision.paragraphs)
