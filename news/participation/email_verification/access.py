"""Access to pending actions: only by the e-mailed secret."""

from datetime import datetime

from .models import PendingAction


def pending_action_by_secret(secret: str, now: datetime) -> PendingAction | None:
    """Return a valid pending action.

    Return None alike if it was confirmed, expired or never existed, so that a stranger does not learn which.
    """
    return PendingAction.objects.valid(now).filter(secret=secret).first()
