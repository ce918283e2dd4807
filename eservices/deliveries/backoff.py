"""When a delivery that failed is tried again. Pure."""

from datetime import datetime, timedelta

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60))
GIVE_UP_AFTER = timedelta(days=7)


def next_attempt(attempts: int, first_due: datetime, now: datetime) -> datetime | None:
    """When to try again after ``attempts`` failures; None once a week has passed since ``first_due``."""
    due = now + WAITS[min(attempts, len(WAITS)) - 1]
    return due if due <= last_attempt(first_due) else None


def last_attempt(first_due: datetime) -> datetime:
    """After this nothing is tried by itself any more."""
    return first_due + GIVE_UP_AFTER
