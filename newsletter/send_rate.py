"""How fast letters may leave. Pure."""

from datetime import datetime, timedelta

FIRST_ALLOWANCE = timedelta(seconds=15)  # what the first turn may send
MAX_ALLOWANCE = timedelta(minutes=1)  # what was not used up is not kept longer


def send_allowance(per_minute: int, paced_at: datetime | None, now: datetime) -> int | None:
    """How many letters may leave now, since all allowed up to ``paced_at`` have left; None without a limit."""
    if not per_minute:
        return None
    since = min(now - paced_at, MAX_ALLOWANCE) if paced_at else FIRST_ALLOWANCE
    return int(per_minute * since.total_seconds() / 60)
