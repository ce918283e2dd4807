"""Default time of agent notifications and summaries. Pure."""

from datetime import datetime, time, timedelta

MORNING = time(7, 0)


def next_weekday_morning(now: datetime) -> datetime:
    """Return the next weekday at ``MORNING`` after ``now``, which is in the commune's time zone."""
    day = now.date() if now.time() < MORNING else now.date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, now.tzinfo)
