"""Actions on survey answers: submit, and delete when their retention is over. Editors write surveys as pages."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from eservices.accounts.models import User

from .. import participants
from .models import PARTICIPATION_RETENTION, SurveyAnswer, SurveyPage, SurveyParticipation


@transaction.atomic
def submit_answers(
    *,
    actor: User | None = None,
    page: SurveyPage,
    said: dict[str, Any],
    email: str = "",
    day: date | None = None,
) -> bool:
    """Save answers. Return False if only one is allowed per person and this person has answered.

    ``day``: the day of sending, if not today.
    """
    if page.once:
        who = participants.participant_digest(str(page.translation_key), email)
        _taken, new = SurveyParticipation.objects.get_or_create(survey=page.translation_key, who=who)
        if not new:
            return False
    SurveyAnswer.objects.create(survey=page.translation_key, said=said, day=day or timezone.localdate())
    return True


def delete_old_answers(*, actor: User | None = None, now: datetime) -> None:
    """Delete the records of who took part after a year, and the answers after three."""
    SurveyParticipation.objects.filter(day__lt=timezone.localdate(now) - PARTICIPATION_RETENTION).delete()
    SurveyAnswer.objects.outlived(now).delete()
