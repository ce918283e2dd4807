"""Opening hours: the state at a given moment."""

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


def test_open_state_includes_closing_time():
    assert opening_state(MORNING, TUESDAY).until == time(11, 30)


def test_office_is_closed_at_closing_time():
    assert not opening_state(MORNING, TUESDAY.replace(hour=11, minute=30)).open
    assert opening_state(MORNING, TUESDAY.replace(hour=11, minute=29)).open


def test_office_is_open_at_opening_time():
    assert opening_state(MORNING, TUESDAY.replace(hour=8)).open
    assert not opening_state(MORNING, TUESDAY.replace(hour=7, minute=59)).open


def test_closed_office_opens_on_next_day():
    result = opening_state(MORNING, TUESDAY.replace(hour=20))
    assert not result.open
    assert result.next == datetime(2026, 11, 25, 8, tzinfo=UTC)


def test_office_opens_again_after_midday_break():
    spans = [*MORNING, OpeningSpan(1, time(14), time(17))]
    assert opening_state(spans, TUESDAY.replace(hour=12)).next == TUESDAY.replace(hour=14)


def test_closed_day_is_skipped_for_next_opening():
    result = opening_state(MORNING, TUESDAY, closed=[date(2026, 11, 24), date(2026, 11, 25)])
    assert not result.open
    assert result.next == datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_office_without_hours_never_opens():
    assert opening_state([], TUESDAY).next is None


def test_days_with_same_hours_share_row_in_week_order():
    spans = [
        OpeningSpan(0, time(8), time(12)),
        OpeningSpan(3, time(8), time(12)),
        OpeningSpan(1, time(14), time(17)),
    ]
    assert [row.days for row in weekly_timetable(spans)] == [(0, 3), (1,)]


def test_exceptional_hours_replace_usual_hours_and_closing():
    evening = ExceptionalHours(TUESDAY.date(), time(17), time(19))
    assert not opening_state(MORNING, TUESDAY, others=[evening]).open
    result = opening_state(MORNING, TUESDAY.replace(hour=18), closed=[TUESDAY.date()], others=[evening])
    assert result.until == time(19)


def test_exceptional_hours_open_a_usually_closed_day():
    sunday = ExceptionalHours(date(2026, 11, 29), time(9), time(12))
    friday_night = datetime(2026, 11, 27, 20, tzinfo=UTC)
    assert opening_state(MORNING, friday_night, others=[sunday]).next == datetime(2026, 11, 29, 9, tzinfo=UTC)


def test_deviations_merge_consecutive_closed_days():
    shut = {date(2026, 11, 27) + timedelta(days=ahead) for ahead in range(4)}  # Friday to Monday
    evening = ExceptionalHours(date(2026, 12, 2), time(17), time(19))
    assert upcoming_deviations(MORNING, TUESDAY.date(), shut, [evening]) == [
        OpeningDeviation(date(2026, 11, 27), date(2026, 11, 30)),
        OpeningDeviation(date(2026, 12, 2), date(2026, 12, 2), (evening,)),
    ]


def test_exceptional_hours_equal_to_usual_are_no_deviation():
    same = ExceptionalHours(TUESDAY.date(), time(8), time(11, 30))
    assert upcoming_deviations(MORNING, TUESDAY.date(), {date(2026, 11, 28)}, [same]) == []


# -- Midnight and later --------------------------------------------------------------------------------------
LATE = [OpeningSpan(1, time(18), time(0)), OpeningSpan(4, time(20), time(2))]  # Tuesday, Friday


def test_hours_until_midnight_last_to_end_of_day():
    evening = opening_state(LATE, TUESDAY.replace(hour=23, minute=59))
    assert (evening.open, evening.until) == (True, time(0))
    night = opening_state(LATE, datetime(2026, 11, 25, 0, 0, tzinfo=UTC))
    assert (night.open, night.next) == (False, datetime(2026, 11, 27, 20, tzinfo=UTC))


def test_hours_after_midnight_last_into_next_day():
    saturday = datetime(2026, 11, 28, 1, 59, tzinfo=UTC)
    assert opening_state(LATE, saturday).until == time(2)
    assert not opening_state(LATE, saturday.replace(hour=2, minute=0)).open
    assert not opening_state(LATE, saturday - timedelta(days=1)).open


def test_closed_day_does_not_shorten_previous_evening():
    saturday = datetime(2026, 11, 28, 1, tzinfo=UTC)
    assert opening_state(LATE, saturday, closed=[saturday.date()]).open
    assert not opening_state(LATE, saturday, closed=[saturday.date() - timedelta(days=1)]).open


def test_exceptional_hours_last_past_midnight():
    thursday = ExceptionalHours(date(2026, 11, 26), time(20), time(4))
    assert opening_state(MORNING, datetime(2026, 11, 27, 3, tzinfo=UTC), others=[thursday]).until == time(4)
