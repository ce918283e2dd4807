"""The door to what waits is the mailed secret and nothing else."""

from datetime import datetime

from .models import Pending


def by_secret(secret: str, now: datetime) -> Pending | None:
    """None where it was confirmed already, ran out, or never was: a stranger learns not which."""
    return Pending.objects.valid(now).filter(secret=secret).first()
