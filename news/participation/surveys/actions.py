"""Every write around surveys."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from .. import participants
from .models import PARTICIPATION_RETENTION, SurveyAnswer, SurveyPage, SurveyParticipation


@transaction.atomic
def submit_answers(
    *, actor=None, page: SurveyPage, said: dict, email: str = "", day: date | None = None
) -> bool:
    """Keeps what was answered; False where this person answered before and may do so once. ``day``: if not today."""
    if page.once:
        who = participants.participant_digest(str(page.translation_key), email)
        _taken, new = SurveyParticipation.objects.get_or_create(survey=page.translation_key, who=who)
        if not new:
            return False
    SurveyAnswer.objects.create(survey=page.translation_key, said=said, day=day or timezone.localdate())
    return True


def delete_old_answers(*, actor=None, now: datetime) -> None:
    """Who took part goes after a year, what was answered after three."""
    SurveyParticipation.objects.filter(day__lt=timezone.localdate(now) - PARTICIPATION_RETENTION).delete()
    SurveyAnswer.objects.outlived(now).delete()
