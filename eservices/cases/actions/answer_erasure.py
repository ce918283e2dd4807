"""Answers with a shorter retention than their case."""

from datetime import datetime

from ..logic.retention_rules import answers_due
from ..models import AnswerErasure, Case


def answers_due_for_erasure(case: Case) -> dict[str, datetime]:
    """Return when each answer with its own retention is due for erasure, by question key.

    The form version of the case sets these periods.
    """
    if case.closed_at is None:
        return {}
    return answers_due(case.version.definition.fields.values(), case.closed_at)


def schedule_answer_erasure(case: Case) -> None:
    """Schedule the erasure of answers with a shorter retention. Called when the case closes."""
    moments = answers_due_for_erasure(case).values()
    if moments and not case.rehearsal:
        AnswerErasure.objects.update_or_create(case=case, defaults={"due_at": min(moments)})
