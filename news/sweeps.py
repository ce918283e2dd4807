"""What happens by itself around what the commune tells."""

from datetime import datetime

from home.background import sweeps

from .waste import actions
from .waste.models import WasteReminder


@sweeps.register("waste_reminders")
def remind_of_waste(now: datetime) -> None:
    """Reminds of what is collected, and forgets addresses that were never confirmed."""
    actions.remind_all(now)
    WasteReminder.objects.forgotten(now).delete()
