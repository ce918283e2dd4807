"""Repeated events: the recurrence rule, and where their dates are shown."""

import json
import re
from datetime import date, datetime, timedelta
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from news.agenda import event_dates as agenda_dates
from news.agenda.models import EventPage
from news.agenda.newsletter_content import EventContent
from news.agenda.next_event import next_event_item
from news.agenda.occurrences import EventDate
from news.agenda.recurrence import (
    MAX_OCCURRENCES,
    Frequency,
    RecurrenceRule,
    occurrences,
    recurrence_days,
    week_of_month,
)
from news.agenda.upcoming_events import upcoming_events_section
from tests.factories.accounts import SuperuserFactory
from tests.factories.home import published, translated
from tests.factories.news import EventPageFactory, moment

ZURICH = ZoneInfo("Europe/Zurich")
NOW = moment(2026, 11, 24, 14, 30)  # a Tuesday


# -- The rule ------------------------------------------------------------------------------------------------
def test_weekly_and_biweekly_rules():
    first = date(2026, 11, 24)
    assert recurrence_days(first, RecurrenceRule(Frequency.WEEK, times=3)) == [
        first,
        date(2026, 12, 1),
        date(2026, 12, 8),
    ]
    assert recurrence_days(first, RecurrenceRule(Frequency.OTHER_WEEK, until=date(2026, 12, 21))) == [
        first,
        date(2026, 12, 8),
    ]


def test_monthly_rule_skips_months_without_the_day():
    found = recurrence_days(date(2027, 1, 31), RecurrenceRule(Frequency.MONTH_DAY, times=3))
    assert found == [date(2027, 1, 31), date(2027, 3, 31), date(2027, 5, 31)]


def test_monthly_weekday_rule_supports_second_and_last():
    second = recurrence_days(date(2026, 11, 10), RecurrenceRule(Frequency.MONTH_WEEKDAY, times=3))
    assert second == [date(2026, 11, 10), date(2026, 12, 8), date(2027, 1, 12)]
    last = recurrence_days(date(2026, 9, 29), RecurrenceRule(Frequency.MONTH_WEEKDAY, times=3))
    assert last == [date(2026, 9, 29), date(2026, 10, 27), date(2026, 11, 24)]


def test_last_friday_rule_includes_fourth_fridays():
    found = recurrence_days(date(2027, 2, 26), RecurrenceRule(Frequency.MONTH_LAST, times=4))
    assert found == [date(2027, 2, 26), date(2027, 3, 26), date(2027, 4, 30), date(2027, 5, 28)]


def test_last_friday_event_must_begin_on_last_friday(client, agenda):
    page = EventPageFactory(
        parent=agenda, start=moment(2027, 2, 26, 18), end=None, repeats="month_last", times=3
    )
    assert "dernier vendredi" in page.rhythm
    with pytest.raises(ValidationError, match="revient encore"):
        EventPageFactory(
            parent=agenda, start=moment(2027, 2, 19, 18), end=None, repeats="month_last", times=3
        )


def test_excluded_days_count_towards_times():
    rule = RecurrenceRule(Frequency.WEEK, times=3, without=frozenset({date(2026, 12, 1)}))
    assert recurrence_days(date(2026, 11, 24), rule) == [date(2026, 11, 24), date(2026, 12, 8)]


@given(
    first=st.dates(max_value=date(9999, 12, 31)),
    every=st.sampled_from(
        [
            Frequency.WEEK,
            Frequency.OTHER_WEEK,
            Frequency.MONTH_DAY,
            Frequency.MONTH_WEEKDAY,
            Frequency.MONTH_LAST,
        ]
    ),
    until=st.none() | st.dates(),
    times=st.none() | st.integers(1, 10_000),
    without=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 1, 1)), max_size=4),
)
@budget(max_examples=150, deadline=None)
def test_any_rule_gives_ordered_days_until_its_end(first, every, until, times, without):
    found = recurrence_days(first, RecurrenceRule(every, until, times, without))
    assert found == sorted(set(found))
    assert len(found) <= min(times or MAX_OCCURRENCES, MAX_OCCURRENCES)
    assert not without & set(found)
    assert all(until is None or day <= until for day in found)
    if every == Frequency.MONTH_DAY:
        assert {day.day for day in found} <= {first.day}
    else:
        assert {day.weekday() for day in found} <= {first.weekday()}
    if every == Frequency.MONTH_WEEKDAY and week_of_month(first) < 5:
        assert {week_of_month(day) for day in found} <= {week_of_month(first)}
    if every == Frequency.MONTH_WEEKDAY and week_of_month(first) == 5:
        assert all((day + timedelta(days=7)).month != day.month for day in found if day.year < 9999)


@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),
    lasts=st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=3)),
    every=st.sampled_from(list(Frequency)),
)
@budget(max_examples=150, deadline=None)
def test_local_hour_is_kept_across_clock_changes(start, lasts, every):
    begins = start.replace(tzinfo=ZURICH)
    ends = begins + lasts if lasts else None
    for opens, closes in occurrences(begins, ends, RecurrenceRule(every, times=60), ZURICH):
        wall = opens.astimezone(ZURICH)
        skipped = not 2 <= begins.hour <= 3 and begins.time() != wall.time()
        assert not skipped
        assert closes is None or closes >= opens
        if closes and not 1 <= ends.hour <= 3 and every != Frequency.ONCE:
            assert closes.astimezone(ZURICH).time() == ends.time()


def test_hour_skipped_by_clock_change_is_an_hour_later():
    start = datetime(2027, 3, 21, 2, 30, tzinfo=ZURICH)
    (_first, second) = occurrences(start, None, RecurrenceRule(Frequency.WEEK, times=2), ZURICH)
    assert second[0].isoformat() == "2027-03-28T03:30:00+02:00"


# -- Display -------------------------------------------------------------------------------------------------
@pytest.fixture
def november():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def out(day: date, what: str = "cancelled") -> tuple:
    return ("day", {"day": day, "what": what})


@pytest.fixture
def choir(agenda, november):
    """A weekly event on ten Tuesdays from 3 November at 20:30, with one date cancelled and one excluded."""
    return EventPageFactory(
        parent=agenda,
        title="Répétition publique",
        place="Temple",
        start=moment(2026, 11, 3, 20, 30),
        end=moment(2026, 11, 3, 22),
        repeats="week",
        times=10,
        exceptions=[out(date(2026, 12, 1)), out(date(2026, 12, 22), "out")],
    )


def test_dates_of_repeated_event_are_stored(choir):
    assert EventDate.objects.filter(event=choir).count() == 9
    assert EventDate.objects.get(event=choir, cancelled=True).first_day == date(2026, 12, 1)


def test_agenda_lists_repeated_event_once_at_next_date(client, agenda, choir, november):
    text = client.get(agenda.url).content.decode()
    assert text.count("Répétition publique") == 1
    assert 'datetime="2026-11-24T20:30:00+01:00"' in text
    assert "Chaque mardi" in text
    november.move_to(moment(2026, 11, 25, 9))
    text = client.get(agenda.url).content.decode()
    assert 'datetime="2026-12-01T20:30:00+01:00"' in text
    assert "Annulé" in text
    assert "Répétition" not in client.get(f"{agenda.url}?past").content.decode()


def test_repeated_event_is_past_after_its_last_date(client, agenda, choir, november):
    november.move_to(moment(2027, 1, 6, 9))
    assert "Répétition" not in client.get(agenda.url).content.decode()
    text = client.get(f"{agenda.url}?past").content.decode()
    assert text.count("Répétition publique") == 1
    assert 'datetime="2027-01-05T20:30:00+01:00"' in text
    assert "/ics/" not in client.get(choir.url).content.decode()


def test_event_page_lists_upcoming_dates(client, choir):
    text = client.get(choir.url).content.decode()
    assert 'datetime="2026-11-24T20:30:00+01:00"' in text
    assert "2026-12-08T20:30" in text
    assert "2026-12-22T" not in text
    assert "2026-11-17T20:30" not in text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])
    assert data["startDate"] == "2026-11-24T20:30:00+01:00"
    assert data["eventSchedule"]["repeatFrequency"] == "P1W"
    assert data["eventSchedule"]["byDay"] == "https://schema.org/Tuesday"
    assert data["eventSchedule"]["exceptDate"] == ["2026-12-01", "2026-12-22"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("every", "first", "said"),
    [
        (Frequency.OTHER_WEEK, date(2026, 11, 24), {"byDay": "https://schema.org/Tuesday"}),
        (Frequency.MONTH_DAY, date(2026, 11, 24), {"byMonthDay": 24}),
        (Frequency.MONTH_WEEKDAY, date(2026, 11, 10), {"byDay": "2TU"}),
        (Frequency.MONTH_WEEKDAY, date(2026, 11, 30), {"byDay": "-1MO"}),
        (Frequency.MONTH_LAST, date(2026, 11, 24), {"byDay": "-1TU"}),
    ],
)
def test_monthly_event_is_not_described_as_weekly(every, first, said):
    page = EventPageFactory.build(start=moment(first.year, first.month, first.day, 20), repeats=every)
    told = agenda_dates.schema_org_schedule(page, [Mock(first_day=first)])
    assert {key: value for key, value in told.items() if key.startswith("by")} == said


def test_calendars_contain_each_date_and_cancellations(client, agenda, choir):
    for url in (f"{choir.url}ics/", f"{agenda.url}ics/"):
        text = client.get(url).content.decode()
        assert text.count("BEGIN:VEVENT") == 9
        assert text.count("STATUS:CANCELLED") == 1
        assert text.count("TRANSP:TRANSPARENT") == 9  # subscribers of the agenda are not shown as busy
        assert len(set(re.findall(r"UID:(\S+)", text))) == 9
        assert "DTSTART:20261124T193000Z" in text


def test_local_hour_of_event_is_kept_in_calendar(client, agenda, november):
    event = EventPageFactory(
        parent=agenda, start=moment(2026, 10, 20, 20), end=moment(2026, 10, 20, 21), repeats="week", times=2
    )
    text = client.get(f"{event.url}ics/").content.decode()
    assert "DTSTART:20261020T180000Z" in text
    assert "DTSTART:20261027T190000Z" in text


def test_home_page_and_today_band_show_next_date(rf, home, choir):
    section = upcoming_events_section(rf.get("/"), home)
    assert [one.start for one in section.context["dates"]] == [moment(2026, 11, 24, 20, 30)]
    (line,) = next_event_item(rf.get("/"), home, NOW)
    assert line.title == "Répétition publique"


def test_today_band_names_next_date_not_cancelled(rf, home, agenda):
    off = [date(2026, 11, 24) + timedelta(weeks=week) for week in range(5)]
    EventPageFactory(
        parent=agenda,
        title="Marché",
        start=moment(2026, 11, 24, 18),
        end=None,
        repeats="week",
        times=8,
        exceptions=[out(day) for day in off],
    )
    EventPageFactory(parent=agenda, title="Loto", start=moment(2027, 1, 2, 20), end=None)
    (line,) = next_event_item(rf.get("/"), home, NOW)
    assert line.title == "Marché"
    assert line.key == "29 décembre"


def test_newsletter_announces_next_date_unless_cancelled(choir):
    def events_announced(first: date, last: date) -> list:
        return EventContent().fresh(
            None, moment(first.year, first.month, first.day), moment(last.year, last.month, last.day)
        )

    assert events_announced(date(2026, 11, 24), date(2026, 11, 30)) == [choir]
    assert events_announced(date(2026, 11, 30), date(2026, 12, 3)) == []
    assert events_announced(date(2026, 12, 20), date(2026, 12, 27)) == []
    entry = EventContent().entries([choir], "fr")[choir.pk]
    assert entry.day == date(2026, 11, 24)
    assert "mardi" in entry.lead


def test_agenda_query_count_is_independent_of_dates(
    client, agenda, choir, django_assert_max_num_queries, uncached
):
    uncached(agenda.url, most=12)
    uncached(choir.url, most=12)
    for number in range(6):
        EventPageFactory(
            parent=agenda, start=moment(2026, 11, 3, number), end=None, repeats="week", times=100
        )
    uncached(agenda.url, most=12)


def test_draft_of_event_changes_no_stored_date(choir):
    choir.start, choir.end = moment(2026, 11, 4, 20, 30), moment(2026, 11, 4, 22)
    choir.exceptions = []
    revision = choir.save_revision()
    assert EventDate.objects.filter(event=choir).order_by("start").first().start == moment(
        2026, 11, 3, 20, 30
    )
    revision.publish()
    assert EventDate.objects.filter(event=choir).order_by("start").first().start == moment(
        2026, 11, 4, 20, 30
    )


def test_translated_event_has_dates(choir):
    german = translated(choir, "de", title="Öffentliche Probe")
    assert EventDate.objects.filter(event=german).count() == 9


def test_single_event_has_one_date_and_no_schedule(client, agenda, november):
    event = published(EventPageFactory(parent=agenda))
    assert EventDate.objects.filter(event=event).count() == 1
    text = client.get(event.url).content.decode()
    assert "eventSchedule" not in text
    assert "chaque" not in text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"until": None, "times": None}, "until"),
        ({"until": date(2026, 11, 1), "times": None}, "until"),
        ({"end": moment(2026, 11, 12, 9)}, "end"),
        ({"times": 1}, "times"),
        ({"times": 401}, "times"),
        ({"until": date(2026, 11, 9), "exceptions": [out(date(2026, 11, 3), "out")]}, "exceptions"),
        ({"exceptions": [out(date(2026, 12, 2))]}, "exceptions"),  # a Wednesday
        ({"times": 3, "exceptions": [out(date(2026, 12, 1))]}, "exceptions"),  # after the last date
    ],
)
def test_invalid_recurrence_is_refused(choir, wrong, field):
    choir.full_clean()
    for name, value in wrong.items():
        setattr(choir, name, value)
    with pytest.raises(ValidationError) as refusal:
        choir.full_clean()
    assert field in refusal.value.message_dict


def test_past_exception_does_not_prevent_change_of_recurrence(choir):
    choir.start, choir.end = moment(2026, 11, 4, 20, 30), moment(2026, 11, 4, 22)  # Wednesdays from here
    choir.exceptions = [out(date(2026, 11, 3))]
    choir.full_clean()


def test_stored_invalid_exception_does_not_block_other_changes(choir):
    """Such days were stored before they were refused, and editors must still be able to correct the place."""
    choir.exceptions = [out(date(2026, 12, 2))]
    EventPage.objects.filter(pk=choir.pk).update(exceptions=choir.exceptions)
    choir.place = "Salle du Quai"
    choir.full_clean()

    choir.exceptions = [out(date(2026, 12, 2)), out(date(2026, 12, 3))]
    with pytest.raises(ValidationError, match=r"jeudi 3 décembre 2026.*corrigez ce jour ou retirez-le"):
        choir.full_clean()


def test_event_editor_shows_recurrence(client, choir):
    client.force_login(SuperuserFactory())
    text = client.get(reverse("wagtailadmin_pages:edit", args=[choir.pk])).content.decode()
    assert 'name="repeats"' in text
    assert EventPage.objects.count() == 1
