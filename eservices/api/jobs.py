"""Periodic jobs of the API."""

from datetime import datetime, timedelta

from home.scheduling.periodic import once_a_minute, periodic_jobs

from .models import IdempotentAnswer

ANSWERS_KEPT = timedelta(days=1)


@periodic_jobs.register("api_answers")
@once_a_minute
def delete_old_answers(now: datetime) -> None:
    """Delete stored answers, after which a key may be used again."""
    IdempotentAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()
