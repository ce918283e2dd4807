"""Opening hours: what holds at a moment."""

from datetime import UTC, date, datetime, time, timedelta

from home.opening_hours.rules import (
    ExceptionalHours,
    OpeningDeviation,
    OpeningSpan,
    opening_state,
    upcoming_deviations,
    weekly_timetable,
)

MORNING = [OpeningSpan(day, time(8), time(11, 30)) for day in range(5)]
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_it_is_open_within_its_hours_and_says_until_when():
    assert opening_state(MORNING, TUESDAY).until == time(11, 30)


def test_at_the_closing_hour_it_is_closed():
    assert not opening_state(MORNING, TUESDAY.replace(hour=11, minute=30)).open
    assert opening_state(MORNING, TUESDAY.replace(hour=11, minute=29)).open


def test_at_the_opening_hour_it_is_open():
    assert opening_state(MORNING, TUESDAY.replace(hour=8)).open
    assert not opening_state(MORNING, TUESDAY.replace(hour=7, minute=59)).open


def test_closed_in_the_evening_it_opens_the_next_day():
    result = opening_state(MORNING, TUESDAY.replace(hour=20))
    assert not result.open
    assert result.next == datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_between_two_spans_of_a_day_it_opens_again_that_day():
    spans = [*MORNING, OpeningSpan(1, time(14), time(17))]
    assert opening_state(spans, TUESDAY.replace(hour=12)).next == TUESDAY.replace(hour=14)


def test_a_closed_day_is_passed_over():
    result = opening_state(MORNING, TUESDAY, closed=[date(2026, 11, 24), date(2026, 11, 25)])
    assert not result.open
    assert result.next == datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_without_hours_it_never_opens():
    assert opening_state([], TUESDAY).next is None


def test_days_with_the_same_hours_share_a_row_in_the_order_of_the_week():
    spans = [
        OpeningSpan(0, time(8), time(12)),
        OpeningSpan(3, time(8), time(12)),
        OpeningSpan(1, time(14), time(17)),
    ]
    assert [row.days for row in weekly_timetable(spans)] == [(0, 3), (1,)]


def test_other_hours_hold_instead_of_those_of_the_weekday_and_of_a_closing():
    evening = ExceptionalHours(TUESDAY.date(), time(17), time(19))
    assert not opening_state(MORNING, TUESDAY, others=[evening]).open
    result = opening_state(MORNING, TUESDAY.replace(hour=18), closed=[TUESDAY.date()], others=[evening])
    assert result.until == time(19)


def test_a_day_that_is_shut_by_its_weekday_opens_by_its_other_hours():
    sunday = ExceptionalHours(date(2026, 11, 29), time(9), time(12))
    friday_night = datetime(2026, 11, 27, 20, tzinfo=UTC)
    assert opening_state(MORNING, friday_night, others=[sunday]).next == datetime(2026, 11, 29, 9, tzinfo=UTC)


def test_what_is_otherwise_is_told_once_with_days_shut_in_a_row_together():
    shut = {date(2026, 11, 27) + timedelta(days=ahead) for ahead in range(4)}  # Friday to Monday
    evening = ExceptionalHours(date(2026, 12, 2), time(17), time(19))
    assert upcoming_deviations(MORNING, TUESDAY.date(), shut, [evening]) == [
        OpeningDeviation(date(2026, 11, 27), date(2026, 11, 30)),
        OpeningDeviation(date(2026, 12, 2), date(2026, 12, 2), (evening,)),
    ]


def test_a_week_like_others_has_nothing_to_tell():
    same = ExceptionalHours(TUESDAY.date(), time(8), time(11, 30))
    assert upcoming_deviations(MORNING, TUESDAY.date(), {date(2026, 11, 28)}, [same]) == []


# -- Until midnight and after it -----------------------------------------------------------------------------
LATE = [OpeningSpan(1, time(18), time(0)), OpeningSpan(4, time(20), time(2))]  # Tuesday, Friday


def test_what_closes_at_midnight_is_open_to_the_end_of_its_day():
    evening = opening_state(LATE, TUESDAY.replace(hour=23, minute=59))
    assert (evening.open, evening.until) == (True, time(0))
    night = opening_state(LATE, datetime(2026, 11, 25, 0, 0, tzinfo=UTC))
    assert (night.open, night.next) == (False, datetime(2026, 11, 27, 20, tzinfo=UTC))


def test_what_closes_after_midnight_is_open_on_the_next_day():
    saturday = datetime(2026, 11, 28, 1, 59, tzinfo=UTC)
    assert opening_state(LATE, saturday).until == time(2)
    assert not opening_state(LATE, saturday.replace(hour=2, minute=0)).open
    assert not opening_state(LATE, saturday - timedelta(days=1)).open


def test_a_day_that_is_shut_cuts_nothing_from_the_evening_before_it():
    saturday = datetime(2026, 11, 28, 1, tzinfo=UTC)
    assert opening_state(LATE, saturday, closed=[saturday.date()]).open
    assert not opening_state(LATE, saturday, closed=[saturday.date() - timedelta(days=1)]).open


def test_other_hours_last_into_the_night_too():
    thursday = ExceptionalHours(date(2026, 11, 26), time(20), time(4))
    assert opening_state(MORNING, datetime(2026, 11, 27, 3, tzinfo=UTC), others=[thursday]).until == time(4)
