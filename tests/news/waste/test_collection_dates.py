"""Rules of the waste calendar."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from news.waste.collection_dates import CollectionSeries, collections_by_day, series_for_district
from news.waste.reminder_times import is_too_late, next_reminder_check, reminded_day

TUESDAY = date(2026, 11, 24)
WEEKLY = CollectionSeries("Ordures", TUESDAY, 1, time(7))
BOURG, COTEAU = UUID(int=1), UUID(int=2)


def test_collections_repeat_between_first_and_last_day():
    fortnightly = CollectionSeries("Papier", TUESDAY, 2, time(7), last_on=TUESDAY + timedelta(weeks=4))
    days = [day for day, _rounds in collections_by_day([fortnightly], TUESDAY - timedelta(weeks=4), 100)]
    assert days == [TUESDAY, TUESDAY + timedelta(weeks=2), TUESDAY + timedelta(weeks=4)]


def test_collection_day_is_moved_or_cancelled():
    christmas, wednesday = date(2026, 12, 22), date(2026, 12, 23)
    moved = CollectionSeries(
        "Ordures", TUESDAY, 1, time(7), moved=((christmas, wednesday), (date(2026, 12, 29), None))
    )
    days = [day for day, _rounds in collections_by_day([moved], date(2026, 12, 20), 18)]
    assert days == [wednesday, date(2027, 1, 5)]


def test_district_has_own_and_common_collections():
    bourg = CollectionSeries("Papier", TUESDAY, 1, time(7), district=BOURG)
    coteau = CollectionSeries("Papier", TUESDAY, 1, time(7), district=COTEAU)
    assert series_for_district([WEEKLY, bourg, coteau], BOURG) == [WEEKLY, bourg]
    assert series_for_district([WEEKLY, bourg, coteau], None) == [WEEKLY, bourg, coteau]


def test_evening_reminder_is_about_next_day():
    evening = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert next_reminder_check(time(18), evening - timedelta(minutes=1)) == evening
    assert next_reminder_check(time(18), evening) == evening + timedelta(days=1)
    assert reminded_day(evening, evening=True) == TUESDAY
    assert reminded_day(datetime(2026, 11, 24, 6, tzinfo=UTC), evening=False) == TUESDAY


def test_reminder_after_collection_time_is_too_late():
    assert not is_too_late(TUESDAY, time(7), datetime(2026, 11, 24, 6, 59, tzinfo=UTC))
    assert is_too_late(TUESDAY, time(7), datetime(2026, 11, 24, 7, tzinfo=UTC))
