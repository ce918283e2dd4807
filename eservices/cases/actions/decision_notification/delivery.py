"""How a decision that may be appealed leaves the house."""

from ... import emails
from ...models import AppealableDecision


def queue_decision(decision: AppealableDecision) -> None:
    """Queues the decision the way it goes; saving it is the caller's."""
    if decision.electronic:
        emails.send_decision_available(decision.case)
    else:
        decision.letter = emails.send_paper_letter(
            decision.case, title=decision.title, paragraphs=decision.paragraphs, registered=True
        )


def queue_decision_on_paper(decision: AppealableDecision) -> None:
    """Posts what was sent by e-mail and not opened: from now on the day of delivery notifies it."""
    decision.electronic = False
    queue_decision(decision)
    decision.save(update_fields=["electronic", "letter"])
