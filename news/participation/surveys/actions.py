"""Every write around surveys."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from .. import people
from .models import WHO_KEPT, Answer, SurveyPage, Taken


@transaction.atomic
def answer(*, actor=None, page: SurveyPage, said: dict, email: str = "", day: date | None = None) -> bool:
    """Keeps what was answered; False where this person answered before and may do so once. ``day``: if not today."""
    if page.once:
        who = people.digest(str(page.translation_key), email)
        _taken, new = Taken.objects.get_or_create(survey=page.translation_key, who=who)
        if not new:
            return False
    Answer.objects.create(survey=page.translation_key, said=said, day=day or timezone.localdate())
    return True


def forget(*, actor=None, now: datetime) -> None:
    """Who took part goes after a year, what was answered after three."""
    Taken.objects.filter(day__lt=timezone.localdate(now) - WHO_KEPT).delete()
    Answer.objects.outlived(now).delete()
