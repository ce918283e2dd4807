"""The waste calendar as rules."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from home.waste import Round, collected, rounds_of
from news.waste.rhythm import day_of, next_look, too_late

TUESDAY = date(2026, 11, 24)
WEEKLY = Round("Ordures", TUESDAY, 1, time(7))
BOURG, COTEAU = UUID(int=1), UUID(int=2)


def test_a_round_comes_every_so_many_weeks_between_its_first_and_last_day():
    fortnightly = Round("Papier", TUESDAY, 2, time(7), last_on=TUESDAY + timedelta(weeks=4))
    days = [day for day, _rounds in collected([fortnightly], TUESDAY - timedelta(weeks=4), 100)]
    assert days == [TUESDAY, TUESDAY + timedelta(weeks=2), TUESDAY + timedelta(weeks=4)]


def test_a_day_is_moved_or_falls_out():
    christmas, wednesday = date(2026, 12, 22), date(2026, 12, 23)
    moved = Round("Ordures", TUESDAY, 1, time(7), moved=((christmas, wednesday), (date(2026, 12, 29), None)))
    days = [day for day, _rounds in collected([moved], date(2026, 12, 20), 18)]
    assert days == [wednesday, date(2027, 1, 5)]


def test_a_district_has_its_own_rounds_and_those_that_come_everywhere():
    bourg = Round("Papier", TUESDAY, 1, time(7), district=BOURG)
    coteau = Round("Papier", TUESDAY, 1, time(7), district=COTEAU)
    assert rounds_of([WEEKLY, bourg, coteau], BOURG) == [WEEKLY, bourg]
    assert rounds_of([WEEKLY, bourg, coteau], None) == [WEEKLY, bourg, coteau]


def test_who_is_reminded_in_the_evening_hears_of_the_next_day():
    evening = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert next_look(time(18), evening - timedelta(minutes=1)) == evening
    assert next_look(time(18), evening) == evening + timedelta(days=1)
    assert day_of(evening, evening=True) == TUESDAY
    assert day_of(datetime(2026, 11, 24, 6, tzinfo=UTC), evening=False) == TUESDAY


def test_what_should_stand_outside_already_is_too_late():
    assert not too_late(TUESDAY, time(7), datetime(2026, 11, 24, 6, 59, tzinfo=UTC))
    assert too_late(TUESDAY, time(7), datetime(2026, 11, 24, 7, tzinfo=UTC))
