"""Rate at which e-mails are sent. Pure."""

from datetime import datetime, timedelta

FIRST_ALLOWANCE = timedelta(seconds=15)  # allowance of the first turn
MAX_ALLOWANCE = timedelta(minutes=1)  # unused allowance expires after this time


def send_allowance(per_minute: int, paced_at: datetime | None, now: datetime) -> int | None:
    """Return how many e-mails may be sent now; None without a limit.

    ``paced_at``: until when the allowance is used up.
    """
    if not per_minute:
        return None
    since = min(now - paced_at, MAX_ALLOWANCE) if paced_at else FIRST_ALLOWANCE
    return int(per_minute * since.total_seconds() / 60)
