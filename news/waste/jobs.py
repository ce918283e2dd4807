"""What happens by itself around what the commune tells."""

from datetime import datetime

from home.scheduling.periodic import periodic_jobs

from . import actions
from .models import WasteReminder


@periodic_jobs.register("waste_reminders")
def send_due_reminders(now: datetime) -> None:
    """Reminds of what is collected, and forgets addresses that were never confirmed."""
    actions.send_due_reminders(now)
    WasteReminder.objects.forgotten(now).delete()
