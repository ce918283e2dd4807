"""Writing and sending of an appealable decision, in the transaction in which it is taken."""

from eservices.accounts.models import User

from ... import audit_log
from ...logic.appeal_rules import rules_of
from ...models import AppealableDecision, Case, LegalRemedies
from ...models.appealable_decisions import place_of_commune
from ...texts import decision_letter
from .consent import has_consent
from .delivery import queue_decision


def remedies_for(case: Case) -> LegalRemedies | None:
    """Return the legal remedies of the case's service in its language; None if it has none."""
    return LegalRemedies.objects.best_translation(
        case.version.definition.settings.get("remedies", ""), case.language
    )


def write_and_send_decision(
    *, actor: User, case: Case, proposed_by: int | None = None
) -> AppealableDecision | None:
    """Write the decision just taken and send it. Return None if the service names no legal remedies.

    It goes by e-mail if the person consented, else as a registered letter. The case must be locked. ``proposed_by``:
    the first of two agents who decided; both sign.
    """
    remedies = remedies_for(case)
    if remedies is None:
        return None
    place = place_of_commune()
    first = User.objects.filter(pk=proposed_by)
    title, paragraphs = decision_letter.decision_text(case, remedies, rules_of(place), [*first, actor])
    decision = AppealableDecision(
        case=case,
        outcome=case.outcome,
        by=actor,
        title=title,
        paragraphs=paragraphs,
        authority=remedies.authority,
        days=remedies.days,
        unit=remedies.unit,
        recess=remedies.recess,
        place=place,
        electronic=has_consent(case),
    )
    queue_decision(decision)
    decision.save()
    audit_log.record_event(case, "decision_sent", actor, decision=decision.pk, by_email=decision.electronic)
    return decision
