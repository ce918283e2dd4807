"""What happens by itself around what the commune tells."""

from datetime import datetime

from home.background import sweeps

from .directory import actions as directory
from .proposals import actions as proposals
from .waste import actions
from .waste.models import WasteReminder


@sweeps.register("waste_reminders")
def remind_of_waste(now: datetime) -> None:
    """Reminds of what is collected, and forgets addresses that were never confirmed."""
    actions.remind_all(now)
    WasteReminder.objects.forgotten(now).delete()


@sweeps.register("directory")
def keep_the_directory_true(now: datetime) -> None:
    """Asks keepers once a year, and forgets proposals and links whose time is over."""
    directory.remind_all(now)
    directory.forget(now)
    proposals.forget(now)


@sweeps.register("proposals")
def tell_of_proposals(now: datetime) -> None:
    """In the morning, what waits to be decided."""
    proposals.tell_deciders(now=now)
