"""Job that erases what told readers apart, and old counts."""

from datetime import datetime

from django.utils import timezone

from home.scheduling.periodic import periodic_jobs

from . import actions
from .visitors import delete_old_salt


@periodic_jobs.register("usage")
def delete_old_usage(now: datetime) -> None:
    """Erase the salt and the marks of earlier days, and counts after their retention."""
    delete_old_salt(timezone.localdate(now))
    actions.delete_old_usage(now=now)
