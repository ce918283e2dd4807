"""Time of the next digest. Pure."""

from datetime import datetime, time, timedelta


def next_digest_at(rhythm: str, weekday: int, hour: time, now: datetime) -> datetime:
    """Return the next time after ``now`` at ``hour``, in the time zone of ``now``.

    For a weekly digest it is on ``weekday`` (Monday is 0).
    """
    days = 0 if rhythm == "daily" else (weekday - now.weekday()) % 7
    moment = _at(now, days, hour)
    return moment if moment > now else _at(now, days + (1 if rhythm == "daily" else 7), hour)


def _at(now: datetime, days: int, hour: time) -> datetime:
    """Return the wall-clock time, so that a change to or from summer time does not shift it."""
    return datetime.combine(now.date() + timedelta(days=days), hour, tzinfo=now.tzinfo)
