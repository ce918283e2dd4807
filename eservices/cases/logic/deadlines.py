"""Deadlines in working days. Pure."""

from collections.abc import Container
from datetime import date, datetime, time

from home.localization import working_days

END_OF_DAY = time(17)  # when the administration answers at the latest
MIDNIGHT = time(23, 59)  # until when an applicant, or whoever was asked, may answer
MORNING = time(8)  # when reminders leave and waiting ends
EVENING = time(20)  # from when on no telephone rings until the morning
REMINDED_BEFORE = 2  # working days before the term of a question, when the applicant is reminded a last time
WARNED_BEFORE = 1  # working days before a deadline, when a lead is warned


def add_working_days_at(start: datetime, days: int, free: Container[date], at: time = END_OF_DAY) -> datetime:
    """``at`` on the ``days``-th working day after ``start``, in the time zone of ``start``."""
    day = working_days.add_working_days(start.date(), max(days, 0), free)
    return datetime.combine(day, at, start.tzinfo)


def morning_before(end: datetime, days: int, free: Container[date]) -> datetime:
    """The morning of the ``days``-th working day before ``end``."""
    return datetime.combine(working_days.add_working_days(end.date(), -days, free), MORNING, end.tzinfo)


def reminder_days(days: int) -> list[int]:
    """After how many working days an applicant who has ``days`` to answer is reminded: in the middle, and near the end.

    The fewer days, the fewer reminders: none comes on the day of the question, nor two on days that follow.
    """
    last = days - REMINDED_BEFORE
    middle = days // 2
    return [one for one in (middle if last - middle > 1 else 0, last) if one > 0]


def extend_by_pause(
    deadline: datetime, paused: datetime, resumed: datetime, free: Container[date]
) -> datetime:
    """``deadline`` put off by the working days that lay between ``paused`` and ``resumed``."""
    lost = working_days.count_working_days(paused.date(), resumed.date(), free)
    return add_working_days_at(deadline, lost, free) if lost else deadline
