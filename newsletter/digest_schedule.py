"""When a digest goes out next. Pure."""

from datetime import datetime, time, timedelta


def next_digest_at(rhythm: str, weekday: int, hour: time, now: datetime) -> datetime:
    """The first moment after ``now``, in its time zone, that is ``hour`` o'clock; of a weekly digest on its
    weekday (Monday is 0)."""
    days = 0 if rhythm == "daily" else (weekday - now.weekday()) % 7
    moment = _at(now, days, hour)
    return moment if moment > now else _at(now, days + (1 if rhythm == "daily" else 7), hour)


def _at(now: datetime, days: int, hour: time) -> datetime:
    """On the clock of the wall: a day in which clocks change is no exception."""
    return datetime.combine(now.date() + timedelta(days=days), hour, tzinfo=now.tzinfo)
