"""Writing a decision that may be appealed and sending it, in the transaction in which it is taken."""

from eservices.accounts.models import User
from eservices.cases import trace
from eservices.cases.models import Case, FormalDecision, Remedies

from . import content
from .consent import consents
from .sending import send


def remedies_of(case: Case) -> Remedies | None:
    """The remedies against the decisions of the case's service, in its language; None where there are none."""
    return Remedies.objects.best(case.version.definition.settings.get("remedies", ""), case.language)


def notify(*, actor: User, case: Case) -> FormalDecision | None:
    """Writes the decision just taken and sends it; None where the service names no remedies.

    By e-mail with the consent of the person, else as a registered letter. In the caller's transaction, with the
    case's row locked.
    """
    remedies = remedies_of(case)
    if remedies is None:
        return None
    title, paragraphs = content.decision(case, remedies)
    decision = FormalDecision(
        case=case,
        outcome=case.outcome,
        by=actor,
        title=title,
        paragraphs=paragraphs,
        authority=remedies.authority,
        days=remedies.days,
        electronic=consents(case),
    )
    send(decision)
    decision.save()
    trace.record(case, "decision_sent", actor, decision=decision.pk, by_email=decision.electronic)
    return decision
