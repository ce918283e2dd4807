"""How a decision that may be appealed leaves the house."""

from eservices.cases import emails
from eservices.cases.models import FormalDecision


def send(decision: FormalDecision) -> None:
    """Queues the decision the way it goes; saving it is the caller's."""
    if decision.electronic:
        emails.decision(decision.case)
    else:
        decision.letter = emails.post(
            decision.case, title=decision.title, paragraphs=decision.paragraphs, registered=True
        )


def send_on_paper(decision: FormalDecision) -> None:
    """Posts what was sent by e-mail and not opened: from now on the day of delivery notifies it."""
    decision.electronic = False
    send(decision)
    decision.save(update_fields=["electronic", "letter"])
