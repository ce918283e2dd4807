"""Working days and deadlines, with the holidays of Vaud."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.cases.logic import deadlines
from home.localization import working_days

ZURICH = ZoneInfo("Europe/Zurich")
VAUD = working_days.public_holidays("CH", "VD")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZURICH)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-16T09:00", 3, "2026-11-19"),  # a Monday
        ("2026-11-19T18:00", 3, "2026-11-24"),  # over a weekend
        ("2026-11-21T10:00", 1, "2026-11-23"),  # sent on a Saturday
        ("2026-12-23T10:00", 2, "2026-12-28"),  # Christmas; the 26th is no holiday in Vaud but a Saturday
        ("2026-07-31T10:00", 1, "2026-08-03"),  # the national day
        ("2026-09-18T10:00", 1, "2026-09-22"),  # Lundi du Jeûne: a holiday in Vaud only
        ("2026-03-27T12:00", 2, "2026-03-31"),  # over the change to summer time
    ],
)
def test_deadline_is_end_of_last_working_day(start, days, end):
    found = deadlines.add_working_days_at(moment(start), days, VAUD)
    assert (found.date().isoformat(), found.hour) == (end, 17)


def test_holiday_of_vaud_is_working_day_in_geneva():
    monday = date(2026, 9, 21)
    assert not working_days.is_working_day(monday, VAUD)
    assert working_days.is_working_day(monday, working_days.public_holidays("CH", "GE"))


@pytest.mark.parametrize(
    ("days", "reminders"), [(1, []), (2, []), (3, [1]), (5, [3]), (6, [4]), (7, [3, 5]), (10, [5, 8])]
)
def test_reminders_are_limited_by_working_days(days, reminders):
    assert deadlines.reminder_days(days) == reminders


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.integers(1, 60))
def test_deadline_is_exactly_its_working_days_ahead(start, days):
    start = start.replace(tzinfo=ZURICH)
    end = deadlines.add_working_days_at(start, days, VAUD)
    assert working_days.is_working_day(end.date(), VAUD)
    assert working_days.count_working_days(start.date(), end.date(), VAUD) == days


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.dates(date(2020, 1, 1), date(2021, 1, 1)))
def test_counting_working_days_backwards_negates_result(one, other):
    assert working_days.count_working_days(one, other, VAUD) == -working_days.count_working_days(
        other, one, VAUD
    )


def test_pause_within_one_day_does_not_extend_deadline():
    deadline = moment("2026-11-19T17:00")
    same = deadlines.extend_by_pause(deadline, moment("2026-11-17T09:00"), moment("2026-11-17T16:00"), VAUD)
    assert same == deadline
