"""Writing a decision that may be appealed and sending it, in the transaction in which it is taken."""

from eservices.accounts.models import User
from eservices.cases import trace
from eservices.cases.models import Case, FormalDecision, Remedies
from eservices.cases.models.formal import place_of_commune

from . import content
from .appeal_rules import rules_of
from .consent import consents
from .sending import send


def remedies_of(case: Case) -> Remedies | None:
    """The remedies against the decisions of the case's service, in its language; None where there are none."""
    return Remedies.objects.best(case.version.definition.settings.get("remedies", ""), case.language)


def notify(*, actor: User, case: Case, proposed_by: int | None = None) -> FormalDecision | None:
    """Write the decision just taken and send it; return None if the service names no remedies.

    By e-mail with the consent of the person, else as a registered letter. In the caller's transaction, with the
    case's row locked. ``proposed_by``: the first of two agents who decided; both sign.
    """
    remedies = remedies_of(case)
    if remedies is None:
        return None
    place = place_of_commune()
    first = User.objects.filter(pk=proposed_by)
    title, paragraphs = content.decision(case, remedies, rules_of(place), [*first, actor])
    decision = FormalDecision(
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
        electronic=consents(case),
    )
    send(decision)
    decision.save()
    trace.record(case, "decision_sent", actor, decision=decision.pk, by_email=decision.electronic)
    return decision
