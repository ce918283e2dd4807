"""Imported calendars: what they say is busy, and what they cannot do to us."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from eservices.bookings import feeds, sweeps
from eservices.bookings.availability import Span
from eservices.bookings.models import BlockedTime, Feed
from eservices.bookings.offers import calendar, offer
from tests.factories.bookings import resource, unit

ZURICH = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ics(*events: str) -> bytes:
    lines = [f"BEGIN:VEVENT\r\nUID:{n}\r\n{one}\r\nEND:VEVENT" for n, one in enumerate(events)]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]).encode()


HOURS, SIXTY = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
EVENING = "DTSTART:20260310T170000Z\r\nDTEND:20260310T210000Z\r\nSUMMARY:Concert"


def spans(content: bytes) -> list[Span]:
    return [one.span for one in feeds.busy(content, ZURICH, NOW)]


def test_events_to_come_are_busy_once_or_each_time():
    [event] = feeds.busy(ics(EVENING, EVENING.replace("202603", "202602")), ZURICH, NOW)
    assert (event.reason, event.span.length) == ("Concert", timedelta(hours=4))
    weekly = ics(f"{EVENING}\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE:20260317T170000Z")
    assert [one.start.day for one in spans(weekly)] == [10, 24]
    [day] = spans(ics("DTSTART;VALUE=DATE:20260329"))
    assert day.length == timedelta(hours=23)  # the clock changes


def test_what_repeats_until_a_day_ends_with_it_and_whole_days_may_repeat():
    weekly = "RRULE:FREQ=WEEKLY;UNTIL=20260324"
    assert [one.start.day for one in spans(ics(f"{EVENING}\r\n{weekly}"))] == [10, 17, 24]
    days = spans(ics(f"DTSTART;VALUE=DATE:20260310\r\n{weekly}"))
    assert [one.start.astimezone(ZURICH).day for one in days] == [10, 17, 24]
    summer = "DTSTART;TZID=Europe/Zurich:20260322T180000\r\nDTEND;TZID=Europe/Zurich:20260322T200000"
    hours = [one.start.hour for one in spans(ics(f"{summer}\r\nRRULE:FREQ=WEEKLY;UNTIL=20260330T000000Z"))]
    assert hours == [17, 16]  # the same hour on the wall


def test_what_is_added_to_a_series_is_busy_and_what_was_moved_only_where_it_went():
    added = ics(f"{EVENING}\r\nRDATE:20260313T170000Z,20260320T170000Z")
    assert [one.start.day for one in spans(added)] == [10, 13, 20]
    series = f"{EVENING}\r\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = EVENING.replace("20260310", "20260318") + "\r\nRECURRENCE-ID:20260317T170000Z"
    content = ics(series, moved).replace(b"UID:1", b"UID:0")
    assert sorted(one.start.day for one in spans(content)) == [10, 18]


def test_what_is_cancelled_or_free_is_not_busy():
    assert spans(ics(f"{EVENING}\r\nSTATUS:CANCELLED", f"{EVENING}\r\nTRANSP:TRANSPARENT")) == []


@pytest.mark.parametrize(
    "bomb",
    [
        b"",
        b"BEGIN:VCALENDAR\r\n" * 5000,
        b"<html>",
        ics(f"{EVENING}\r\nRRULE:FREQ=SECONDLY"),
        ics(f"{EVENING}\r\nRRULE:FREQ=DAILY;BYHOUR={HOURS};BYMINUTE={SIXTY};BYSECOND={SIXTY}"),
        ics("DTSTART:00010101T000000Z\r\nRRULE:FREQ=DAILY"),
        ics(*[f"{EVENING}\r\nRRULE:FREQ=DAILY"] * 6),
        ics(*["DTSTART:20260310T170000Z"] * 5001),
        ics("DTSTART:gestern"),
        ics("SUMMARY:sans heure"),
    ],
    ids=[
        "empty",
        "nested",
        "html",
        "secondly",
        "each second",
        "ancient",
        "daily",
        "many",
        "unreadable",
        "timeless",
    ],
)
def test_a_bomb_is_refused_in_words(bomb):
    with pytest.raises(feeds.Unreadable):
        feeds.busy(bomb, ZURICH, NOW)


def test_rules_that_seek_a_day_that_never_comes_are_not_followed_for_ever(monkeypatch):
    monkeypatch.setattr(feeds, "PATIENCE", 0)
    with pytest.raises(feeds.Unreadable):
        spans(ics(*[f"{EVENING}\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] * 3))


@pytest.mark.django_db
def test_what_a_feed_says_blocks_the_unit_until_it_says_otherwise(monkeypatch, time_machine):
    time_machine.move_to(NOW, tick=False)
    resource()
    feed = Feed.objects.create(unit=unit("salle"), name="Paroisse", url="https://paroisse.example/cal.ics")
    answers = [ics(EVENING), b"<html>", ics()]

    def fetched(url):
        return answers.pop(0)

    monkeypatch.setattr(feeds, "fetch", fetched)
    evening = Span(datetime(2026, 3, 10, 17, tzinfo=UTC), datetime(2026, 3, 10, 18, tzinfo=UTC))
    for expected, fault in ((False, False), (False, True), (True, False)):
        sweeps.read_calendars(timezone.now())
        assert calendar(offer("salle"), evening).is_free(evening) == expected
        feed.refresh_from_db()
        assert bool(feed.fault) == fault
        time_machine.move_to(timezone.now() + timedelta(hours=1), tick=False)
    assert not BlockedTime.objects.exists()


def test_only_addresses_of_the_web_are_read():
    with pytest.raises(feeds.Unreadable):
        feeds.fetch("file:///etc/passwd")


@pytest.mark.parametrize(("slow", "said"), [(True, "trop lentement"), (False, "1 Mo")])
def test_a_server_that_drips_or_never_ends_is_left(monkeypatch, slow, said):
    class Endless(BytesIO):
        def read1(self, most):
            return b"x" * (1 if slow else most)

    monkeypatch.setattr(feeds, "urlopen", lambda *args, **kwargs: Endless())
    monkeypatch.setattr(feeds, "LONGEST", 0.05 if slow else 30)
    with pytest.raises(feeds.Unreadable, match=said):
        feeds.fetch("https://ecole.example/a.ics")
