"""How long a mailing is held, and when one that could not go on is tried again. Pure."""

from datetime import datetime, timedelta

CLAIM = timedelta(minutes=2)  # held again every few seconds; afterwards the worker is taken for dead
RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 60, 60, 60, 60))
TEMPORARY_REFUSAL_PAUSE = timedelta(minutes=15)  # a mailbox that refuses for now
TRIES = 5  # for one reader


def next_attempt_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after ``attempts`` failures in a row; None after some five hours."""
    return now + RETRY_PAUSES[attempts - 1] if attempts <= len(RETRY_PAUSES) else None
