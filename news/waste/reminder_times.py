"""Times of waste reminders. Pure."""

from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ReminderTime(TextChoices):
    """The times at which a reminder may be sent."""

    EVENING = "evening", _("the evening before, at 18:00")
    MORNING = "morning", _("on the same day, at 6:00")


HOURS = {ReminderTime.EVENING: time(18), ReminderTime.MORNING: time(6)}


def next_reminder_check(hour: time, now: datetime) -> datetime:
    """Return the next time ``hour`` after ``now``, which must be in the commune's time zone."""
    today = datetime.combine(now.date(), hour, now.tzinfo)
    return today if today > now else datetime.combine(now.date() + timedelta(days=1), hour, now.tzinfo)


def reminded_day(due: datetime, evening: bool) -> date:
    """Return the day that a reminder at ``due`` is about: the next day in the evening, the same in the morning."""
    return due.date() + timedelta(days=1) if evening else due.date()


def is_too_late(day: date, out_before: time, now: datetime) -> bool:
    """Return whether waste of ``day`` should be outside already."""
    return now >= datetime.combine(day, out_before, now.tzinfo)
