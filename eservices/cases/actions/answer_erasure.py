"""Answers that are kept for a shorter time than their case."""

from datetime import datetime

from ..logic.retention_rules import answers_due
from ..models import AnswerErasure, Case


def answers_due_for_erasure(case: Case) -> dict[str, datetime]:
    """The questions whose answers go before the closed case, and when: as the form said that asked them."""
    return answers_due(case.version.definition.fields.values(), case.closed_at)


def schedule_answer_erasure(case: Case) -> None:
    """Called as a case closes: from now on counts how long such answers are kept."""
    moments = answers_due_for_erasure(case).values()
    if moments and not case.rehearsal:
        AnswerErasure.objects.update_or_create(case=case, defaults={"due_at": min(moments)})
