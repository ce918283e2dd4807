"""Answers that are kept for a shorter time than their case."""

from datetime import datetime

from ..models import AnswerErasure, Case
from .rules import answers_due


def due(case: Case) -> dict[str, datetime]:
    """The questions whose answers go before the closed case, and when: as the form said that asked them."""
    return answers_due(case.version.definition.fields.values(), case.closed_at)


def schedule(case: Case) -> None:
    """Called as a case closes: from now on counts how long such answers are kept."""
    moments = due(case).values()
    if moments and not case.rehearsal:
        AnswerErasure.objects.update_or_create(case=case, defaults={"due_at": min(moments)})
