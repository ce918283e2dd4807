"""Jobs of waste reminders."""

from datetime import datetime

from home.scheduling.periodic import once_a_minute, periodic_jobs

from . import actions
from .models import WasteReminder


@periodic_jobs.register("waste_reminders")
@once_a_minute
def send_due_reminders(now: datetime) -> None:
    """Send due reminders, and delete those that were not confirmed in time."""
    actions.send_due_reminders(now)
    WasteReminder.objects.expired(now).delete()
