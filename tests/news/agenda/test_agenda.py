import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from wagtail.models import PageViewRestriction

from home.formats import ical
from news.agenda import ical_entries
from news.agenda.next_event import next_event_item
from news.agenda.upcoming_events import upcoming_events_section
from news.articles.latest_news import latest_news_section
from tests.factories.home import translated
from tests.factories.news import EventPageFactory, NewsPageFactory, moment

NOW = moment(2026, 11, 24, 14, 30)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def saint_nicolas(agenda):
    return EventPageFactory(
        parent=agenda,
        title="Saint Nicolas arrive en bateau",
        address="Quai du Vieux-Port",
        price="Gratuit",
        organiser="Société de développement",
        phone="021 000 42 33",
    )


def test_agenda_lists_upcoming_and_past_events_apart(client, agenda, saint_nicolas):
    EventPageFactory(
        parent=agenda, title="Passée", start=moment(2026, 11, 20, 9), end=moment(2026, 11, 20, 10)
    )
    EventPageFactory(
        parent=agenda, title="En cours", start=moment(2026, 11, 1, 9), end=moment(2026, 11, 30, 18)
    )
    EventPageFactory(parent=agenda, title="Ce matin", start=moment(2026, 11, 24, 9), end=None)
    EventPageFactory(parent=agenda, title="Hier soir", start=moment(2026, 11, 23, 20), end=None)
    coming = client.get(agenda.url).content.decode()
    past = client.get(f"{agenda.url}?past").content.decode()
    for title in ("En cours", "Ce matin", saint_nicolas.title):
        assert title in coming
        assert title not in past
    for title in ("Passée", "Hier soir"):
        assert title not in coming
        assert title in past


def test_event_page_shows_time_place_and_price(client, saint_nicolas):
    page = client.get(saint_nicolas.url).content.decode()
    assert 'datetime="2026-12-06T17:00:00+01:00"' in page
    assert "<small>décembre</small>" in page
    assert "Débarcadère" in page
    assert "Gratuit" in page
    assert "Société de développement" in page
    assert 'href="tel:+41210004233"' in page


def test_event_page_has_structured_data(client, saint_nicolas):
    page = client.get(saint_nicolas.url).content.decode()
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1])
    assert data["@type"] == "Event"
    assert data["startDate"] == "2026-12-06T17:00:00+01:00"
    assert data["eventStatus"].endswith("EventScheduled")


def test_cancelled_event_is_marked_everywhere(client, agenda):
    event = EventPageFactory(parent=agenda, cancelled=True)
    page = client.get(event.url).content.decode()
    assert "EventCancelled" in page
    assert "/ics/" not in page
    assert "STATUS:CANCELLED" in client.get(f"{event.url}ics/").content.decode()


def test_past_event_offers_no_calendar_file(client, agenda):
    event = EventPageFactory(parent=agenda, start=moment(2026, 11, 20, 9), end=moment(2026, 11, 20, 10))
    page = client.get(event.url).content.decode()
    assert "2026" in page
    assert "/ics/" not in page


@pytest.mark.parametrize("query", ["page=2", "page=x", "past&page=2"])
def test_agenda_page_past_the_end_returns_404(client, agenda, saint_nicolas, query):
    assert client.get(f"{agenda.url}?{query}").status_code == 404


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ((6, 0), (7, 0), "Dimanche, toute la journée"),
        ((6, 0), (6, 23, 59), "Dimanche, toute la journée"),
        ((6, 0), None, "Dimanche, toute la journée"),
        ((6, 0), (8, 0), "Dimanche, jusqu’au 7 décembre"),
        ((6, 0), (6, 2), "Dimanche, de 0 h à 2 h"),
        ((6, 18), (7, 0), "Dimanche, de 18 h à 0 h"),
        ((6, 18), (7, 2), "Dimanche, à 18 h, jusqu’au 7 décembre"),
    ],
)
def test_whole_days_are_shown_without_midnight_hours(client, agenda, start, end, said):
    end = end and moment(2026, 12, *end)
    event = EventPageFactory(parent=agenda, title="Marché", start=moment(2026, 12, *start), end=end)
    page = client.get(event.url).text.replace("\N{NO-BREAK SPACE}", " ")
    assert f"{said}<" in page or f"{said}\n" in page or f"{said}," in page
    whole = start == (6, 0) and end != moment(2026, 12, 6, 2)
    calendar = client.get(f"{event.url}ics/").text
    assert ("DTSTART;VALUE=DATE:20261206" in calendar) is whole
    assert ('"startDate": "2026-12-06"' in page) is whole
    assert ("toute la journée" in event.search_meta()) is whole


def test_event_must_end_after_it_begins(saint_nicolas):
    saint_nicolas.full_clean()
    saint_nicolas.end = saint_nicolas.start
    with pytest.raises(ValidationError):
        saint_nicolas.full_clean()


# -- Calendars -------------------------------------------------------------------------------------------


def unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")


def test_event_is_downloaded_as_calendar_file(client, saint_nicolas):
    answer = client.get(f"{saint_nicolas.url}ics/")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    lines = unfolded(answer.content.decode())
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "X-WR-CALNAME:Saint Nicolas arrive en bateau" in lines
    assert "DTSTART:20261206T160000Z" in lines
    assert "DTEND:20261206T180000Z" in lines
    assert "SUMMARY:Saint Nicolas arrive en bateau" in lines
    assert "LOCATION:Débarcadère\\, Quai du Vieux-Port" in lines
    assert f"URL:{saint_nicolas.full_url}" in lines


def test_agenda_is_offered_as_calendar_feed(client, agenda, saint_nicolas):
    EventPageFactory(parent=agenda, title="Don du sang")
    EventPageFactory(parent=agenda, title="Vieille", start=moment(2025, 1, 1, 9), end=None)
    EventPageFactory(parent=agenda, title="Brouillon", live=False)
    lines = unfolded(client.get(f"{agenda.url}ics/").content.decode())
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 2
    assert "SUMMARY:Don du sang" in lines


def test_restricted_event_leaves_calendars(client, agenda, saint_nicolas):
    PageViewRestriction.objects.create(page=saint_nicolas, restriction_type=PageViewRestriction.LOGIN)
    assert "Saint Nicolas" not in client.get(f"{agenda.url}ics/").content.decode()
    alone = client.get(f"{saint_nicolas.url}ics/")
    assert alone.status_code == 302
    assert "Saint Nicolas" not in alone.content.decode()


def test_calendar_lines_are_escaped_and_folded(agenda):
    event = EventPageFactory(parent=agenda, title="É" * 60, lead="Un; deux, trois\\\nquatre")
    text = ical.render_calendar("Agenda", ical_entries.calendar_entries_of(event))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert f"SUMMARY:{'É' * 60}" in unfolded(text)
    assert "DESCRIPTION:Un\\; deux\\, trois\\\\\\nquatre" in unfolded(text)


def test_line_break_in_title_adds_no_calendar_line(agenda):
    event = EventPageFactory(parent=agenda, title="Fête\r\nATTENDEE:mailto:x@y.example")
    assert not [
        line
        for line in unfolded(ical.render_calendar("Agenda", ical_entries.calendar_entries_of(event)))
        if line.startswith("ATTENDEE")
    ]


def test_line_break_in_calendar_name_adds_no_line():
    lines = unfolded(ical.render_calendar("Fête; été\r\nMETHOD:REQUEST", []))
    assert "X-WR-CALNAME:Fête\\; été\\nMETHOD:REQUEST" in lines
    assert "METHOD:REQUEST" not in lines


# -- The home page ---------------------------------------------------------------------------------------


def test_home_page_shows_latest_news_and_next_events(rf, home, index, agenda):
    for _ in range(5):
        NewsPageFactory(parent=index, category__slug=f"c{_}")
        EventPageFactory(parent=agenda)
    news, events = latest_news_section(rf.get("/"), home), upcoming_events_section(rf.get("/"), home)
    assert len(news.context["others"]) == 3
    assert len(events.context["dates"]) == 4


def test_home_page_without_news_and_events_omits_sections(rf, home):
    assert latest_news_section(rf.get("/"), home) is None
    assert upcoming_events_section(rf.get("/"), home) is None


def test_home_page_shows_events_of_its_language(client, home, saint_nicolas):
    german = translated(saint_nicolas, "de", title="Sankt Nikolaus")
    page = client.get(german.get_ancestors().last().get_parent().url).content.decode()
    assert "Sankt Nikolaus" in page
    assert saint_nicolas.title not in page


def test_today_band_names_next_event_not_cancelled(rf, home, agenda):
    EventPageFactory(parent=agenda, title="Annulée", start=moment(2026, 11, 24, 18), end=None, cancelled=True)
    EventPageFactory(parent=agenda, title="Séance publique", start=moment(2026, 11, 24, 20), end=None)
    (line,) = next_event_item(rf.get("/"), home, NOW)
    assert line.title == "Séance publique"
    assert "Débarcadère" in line.remark


def test_home_page_looks_past_cancelled_events(rf, home, agenda):
    for day in range(5):
        begins = moment(2026, 11, 25 + day, 18)
        EventPageFactory(parent=agenda, title=f"Annulé {day}", start=begins, end=None, cancelled=True)
    EventPageFactory(parent=agenda, title="Fête", start=moment(2026, 12, 5, 18), end=None)
    (line,) = next_event_item(rf.get("/"), home, NOW)
    assert line.title == "Fête"
    shown = [one.event.title for one in upcoming_events_section(rf.get("/"), home).context["dates"]]
    assert shown == ["Annulé 0", "Annulé 1", "Annulé 2", "Fête"]


def test_home_page_with_only_cancelled_events_names_none_today(rf, home, agenda):
    EventPageFactory(parent=agenda, title="Annulée", start=moment(2026, 11, 25, 18), end=None, cancelled=True)
    assert next_event_item(rf.get("/"), home, NOW) == []
    assert len(upcoming_events_section(rf.get("/"), home).context["dates"]) == 1


def test_today_band_drops_event_when_it_is_over(rf, home, agenda, november):
    for title, hour in (("Marché", 11), ("Concert", 20)):
        begins = moment(2026, 11, 24, hour)
        EventPageFactory(parent=agenda, title=title, start=begins, end=begins + timedelta(minutes=1))
    for clock, title in ((moment(2026, 11, 24, 11, 0), "Marché"), (moment(2026, 11, 24, 11, 2), "Concert")):
        november.move_to(clock)
        (line,) = next_event_item(rf.get("/"), home, clock)
        assert line.title == title


def test_agenda_and_event_need_few_queries(client, agenda, saint_nicolas, uncached):
    EventPageFactory.create_batch(8, parent=agenda)
    translated(saint_nicolas, "de")
    uncached(agenda.url, most=12)
    uncached(saint_nicolas.url, most=12)


def test_calendar_entry_without_duration_has_no_end():
    noon, day = datetime(2026, 12, 5, 12, tzinfo=UTC), date(2026, 12, 5)
    entries = [
        ical.CalendarEntry("moment", noon, noon, "Midi", end=noon),
        ical.CalendarEntry("hour", noon, noon, "Une heure", end=noon + timedelta(hours=1)),
        ical.CalendarEntry("day", noon, day, "Un jour", end=day),
    ]
    ends = [
        line for line in ical.render_calendar("Agenda", entries).split("\r\n") if line.startswith("DTEND")
    ]
    assert ends == ["DTEND:20261205T130000Z", "DTEND;VALUE=DATE:20261206"]
