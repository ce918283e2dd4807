"""What the scheduler does for drafts."""

from datetime import datetime

from home.background import sweeps

from . import actions
from .models import Draft

AT_ONCE = 50  # a little at each look: nobody waits for it, so no worker is woken


@sweeps.register("drafts")
def forget_expired_drafts(now: datetime) -> None:
    """Deletes what was entered into drafts that were never sent, once they were kept as long as promised."""
    for draft in Draft.objects.to_forget(now)[:AT_ONCE]:
        try:
            actions.forget(actor=None, draft=draft)
        except actions.AlreadySent:
            continue  # sent in the last second
