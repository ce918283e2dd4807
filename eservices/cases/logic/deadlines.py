"""Deadlines in working days. Pure."""

from collections.abc import Container
from datetime import date, datetime, time

from home.localization import working_days

END_OF_DAY = time(17)  # end of a promised day
MIDNIGHT = time(23, 59)  # end of a term to answer, for applicants and consulted offices
MORNING = time(8)  # reminders and the end of waits
EVENING = time(20)  # no text messages between ``EVENING`` and ``MORNING``
REMINDED_BEFORE = 2  # working days before the term of a question: the last reminder
WARNED_BEFORE = 1  # working days before a deadline: the warning to the leads


def add_working_days_at(start: datetime, days: int, free: Container[date], at: time = END_OF_DAY) -> datetime:
    """Return ``at`` on the ``days``-th working day after ``start``, in the time zone of ``start``."""
    day = working_days.add_working_days(start.date(), max(days, 0), free)
    return datetime.combine(day, at, start.tzinfo)


def morning_before(end: datetime, days: int, free: Container[date]) -> datetime:
    """Return the morning of the ``days``-th working day before ``end``."""
    return datetime.combine(working_days.add_working_days(end.date(), -days, free), MORNING, end.tzinfo)


def reminder_days(days: int) -> list[int]:
    """Return after how many working days to remind an applicant who has ``days`` to answer.

    In the middle and near the end. A short term has fewer reminders: none on the day of the question, and none on
    consecutive days.
    """
    last = days - REMINDED_BEFORE
    middle = days // 2
    return [one for one in (middle if last - middle > 1 else 0, last) if one > 0]


def extend_by_pause(
    deadline: datetime, paused: datetime, resumed: datetime, free: Container[date]
) -> datetime:
    """Extend ``deadline`` by the working days between ``paused`` and ``resumed``."""
    paused_days = working_days.count_working_days(paused.date(), resumed.date(), free)
    return add_working_days_at(deadline, paused_days, free) if paused_days else deadline
