"""The door to what waits is the mailed secret and nothing else."""

from datetime import datetime

from .models import PendingAction


def pending_action_by_secret(secret: str, now: datetime) -> PendingAction | None:
    """None where it was confirmed already, ran out, or never was: a stranger learns not which."""
    return PendingAction.objects.valid(now).filter(secret=secret).first()
