"""Claims of mailings, and pauses before another attempt. Pure."""

from datetime import datetime, timedelta

CLAIM = timedelta(minutes=2)  # renewed every few seconds; a worker whose claim ends counts as dead
RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 60, 60, 60, 60))
TEMPORARY_REFUSAL_PAUSE = timedelta(minutes=15)  # after a temporary refusal of a mailbox
TRIES = 5  # for one recipient


def next_attempt_at(attempts: int, now: datetime) -> datetime | None:
    """Return the time of the next attempt after ``attempts`` failures in a row; None after some five hours."""
    return now + RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None
