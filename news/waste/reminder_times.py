"""When somebody is reminded of which day. Pure."""

from datetime import date, datetime, time, timedelta


def next_reminder_check(hour: time, now: datetime) -> datetime:
    """The next time of the day ``hour`` after ``now`` (aware, in the commune's zone)."""
    today = datetime.combine(now.date(), hour, now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), hour, now.tzinfo)


def reminded_day(due: datetime, evening: bool) -> date:
    """The day that a look at ``due`` is about: the next one in the evening, the same one in the morning."""
    return due.date() + timedelta(days=1) if evening else due.date()


def is_too_late(day: date, out_before: time, now: datetime) -> bool:
    """Whether what is collected on ``day`` should stand outside already."""
    return now >= datetime.combine(day, out_before, now.tzinfo)
