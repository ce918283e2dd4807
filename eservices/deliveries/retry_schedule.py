"""Schedule of attempts after failures. Pure."""

from datetime import datetime, timedelta

RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60))
GIVE_UP_AFTER = timedelta(days=7)


def next_attempt_at(attempts: int, first_due: datetime, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` failures; None once a week has passed since ``first_due``."""
    due = now + RETRY_PAUSES[min(attempts, len(RETRY_PAUSES)) - 1]
    return due if due <= last_attempt_at(first_due) else None


def last_attempt_at(first_due: datetime) -> datetime:
    """Return the time after which nothing is attempted automatically any more."""
    return first_due + GIVE_UP_AFTER
