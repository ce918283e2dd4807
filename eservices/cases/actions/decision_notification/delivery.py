"""Sending of appealable decisions."""

from ... import emails
from ...models import AppealableDecision


def queue_decision(decision: AppealableDecision) -> None:
    """Put the decision into the outbox, by e-mail or as a registered letter. The caller saves it."""
    if decision.electronic:
        emails.send_decision_available(decision.case)
    else:
        decision.letter = emails.send_paper_letter(
            decision.case, title=decision.title, paragraphs=decision.paragraphs, registered=True
        )


def queue_decision_on_paper(decision: AppealableDecision) -> None:
    """Post a decision that was sent by e-mail and not opened. Its day of delivery will then notify it."""
    decision.electronic = False
    queue_decision(decision)
    decision.save(update_fields=["electronic", "letter"])
