"""Imported calendars: busy times, and protection against hostile content and servers."""

import ssl
from datetime import UTC, datetime, timedelta
from time import monotonic, process_time
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db import DataError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from eservices.bookings import ical_import, jobs
from eservices.bookings.bookable_resources import availability_calendar, bookable_resource
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.models import BlockedTime, ImportedCalendar
from home.web import http_client
from tests.factories.accounts import SuperuserFactory
from tests.factories.bookings import resource, unit
from tests.factories.certificate_authority import Authority, for_this_machine
from tests.factories.register import serving

ZURICH = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ics(*events: str) -> bytes:
    lines = [f"BEGIN:VEVENT\r\nUID:{n}\r\n{one}\r\nEND:VEVENT" for n, one in enumerate(events)]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]).encode()


HOURS, SIXTY = ",".join(map(str, range(24))), ",".join(map(str, range(60)))
EVENING = "DTSTART:20260310T170000Z\r\nDTEND:20260310T210000Z\r\nSUMMARY:Concert"


def spans(content: bytes) -> list[TimeSpan]:
    return [one.span for one in ical_import.parse_busy_times(content, ZURICH, NOW)]


def test_future_events_are_busy_once_or_repeatedly():
    [event] = ical_import.parse_busy_times(ics(EVENING, EVENING.replace("202603", "202602")), ZURICH, NOW)
    assert (event.reason, event.span.length) == ("Concert", timedelta(hours=4))
    weekly = ics(f"{EVENING}\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE:20260317T170000Z")
    assert [one.start.day for one in spans(weekly)] == [10, 24]
    [day] = spans(ics("DTSTART;VALUE=DATE:20260329"))
    assert day.length == timedelta(hours=23)  # the clock changes that day


def test_series_with_until_includes_its_last_day():
    weekly = "RRULE:FREQ=WEEKLY;UNTIL=20260324"
    assert [one.start.day for one in spans(ics(f"{EVENING}\r\n{weekly}"))] == [10, 17, 24]
    days = spans(ics(f"DTSTART;VALUE=DATE:20260310\r\n{weekly}"))
    assert [one.start.astimezone(ZURICH).day for one in days] == [10, 17, 24]
    summer = "DTSTART;TZID=Europe/Zurich:20260322T180000\r\nDTEND;TZID=Europe/Zurich:20260322T200000"
    hours = [one.start.hour for one in spans(ics(f"{summer}\r\nRRULE:FREQ=WEEKLY;UNTIL=20260330T000000Z"))]
    assert hours == [17, 16]  # the same local hour


def test_changed_series_is_busy_at_its_actual_dates():
    added = ics(f"{EVENING}\r\nRDATE:20260313T170000Z,20260320T170000Z")
    assert [one.start.day for one in spans(added)] == [10, 13, 20]
    series = f"{EVENING}\r\nRRULE:FREQ=WEEKLY;COUNT=2"
    moved = EVENING.replace("20260310", "20260318") + "\r\nRECURRENCE-ID:20260317T170000Z"
    content = ics(series, moved).replace(b"UID:1", b"UID:0")
    assert sorted(one.start.day for one in spans(content)) == [10, 18]


def test_cancelled_or_transparent_event_is_not_busy():
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
        *(
            ics(f"{EVENING}\r\nRRULE:FREQ={often};INTERVAL={interval};BYMONTH=2;BYMONTHDAY=30")
            for often in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
            for interval in (0, -1, 999999999999)
        ),
        ics(f"{EVENING}\r\nRRULE:FREQ=DAILY;BYSETPOS={','.join(['1'] * 13)}"),
        ics(f"{EVENING}\r\nRRULE:FREQ=YEARLY;BYYEARDAY={','.join(['366'] * 401)}"),
        ics(f"{EVENING}\r\nRRULE:FREQ=YEARLY;BYHOUR={HOURS};BYMINUTE={SIXTY}"),
        ics(f"{EVENING}\r\nRRULE:FREQ=YEARLY;BYEASTER=0"),
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
        *(
            f"{often} {every}"
            for often in ("yearly", "monthly", "weekly", "daily")
            for every in ("0", "-1", "n")
        ),
        "positions",
        "listed",
        "each minute",
        "easter",
        "unreadable",
        "timeless",
    ],
)
def test_calendar_bomb_is_refused(bomb):
    with pytest.raises(ical_import.InvalidCalendar):
        ical_import.parse_busy_times(bomb, ZURICH, NOW)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        f"FREQ=DAILY;BYSETPOS={','.join(map(str, range(355, 367)))}",
        f"FREQ=YEARLY;BYSETPOS={','.join(map(str, range(355, 367)))};BYMONTH=2",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
        "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=6",
        "FREQ=MONTHLY;BYDAY=6MO",
    ],
)
def test_rule_without_occurrences_ends_soon(rule):
    began, long_ago = process_time(), EVENING.replace("2026", "1604")
    assert spans(ics(f"{long_ago}\r\nRRULE:{rule};UNTIL=99991231T235959Z")) == []
    assert process_time() - began < 5


def test_slow_rules_exceed_the_time_limit(monkeypatch):
    monkeypatch.setattr(ical_import, "CPU_SECONDS", 0)
    with pytest.raises(ical_import.InvalidCalendar):
        spans(ics(*[f"{EVENING}\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] * 3))


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART:20260310T170000Z\r\nDTEND:99991231T235959Z",
        "DTSTART:00010101T000000Z\r\nDTEND:99991231T235959Z",
        "DTSTART:20260310T170000Z\r\nDURATION:P999999D",
        "DTSTART;VALUE=DATE:20260310\r\nDTEND;VALUE=DATE:99991231",
    ],
)
def test_endless_event_is_busy_up_to_the_farthest_day(event):
    [endless] = spans(ics(event))
    assert endless.end == NOW + ical_import.FARTHEST
    assert endless.start >= NOW - ical_import.FARTHEST


def test_endless_repeated_event_is_accepted():
    found = spans(ics("DTSTART:20260310T170000Z\r\nDTEND:99991231T235959Z\r\nRRULE:FREQ=WEEKLY;COUNT=2"))
    assert {one.end for one in found} == {NOW + ical_import.FARTHEST}


@pytest.mark.parametrize("year", [1604, 1953])  # Apple writes a birthday without a year as of 1604
def test_series_begun_long_ago_is_busy(year):
    birthday = spans(ics(f"DTSTART;VALUE=DATE:{year}0310\r\nRRULE:FREQ=YEARLY"))
    assert [one.start.astimezone(ZURICH).date().isoformat() for one in birthday] == [
        "2026-03-10",
        "2027-03-10",
        "2028-03-10",
    ]
    [day] = spans(ics(f"DTSTART:{year}0312T170000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=MONTHLY;UNTIL=20260401"))
    assert day.start.isoformat() == "2026-03-12T17:00:00+00:00"


def test_series_begun_too_long_ago_has_its_own_error():
    with override("en"), pytest.raises(ical_import.InvalidCalendar, match="began before the year"):
        spans(ics("DTSTART;VALUE=DATE:00010310\r\nRRULE:FREQ=YEARLY"))


def test_leap_days_and_weekdays_follow_their_year():
    leap = spans(ics("DTSTART:20240229T170000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=YEARLY"))
    assert [one.start.isoformat() for one in leap] == ["2028-02-29T17:00:00+00:00"]
    days = spans(ics(f"{EVENING}\r\nRRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=3"))
    assert [one.start.date().isoformat() for one in days] == ["2026-03-10", "2026-04-14", "2026-05-12"]


def fetching(monkeypatch, *answers: bytes) -> ImportedCalendar:
    """Create an imported calendar whose feed returns ``answers`` one after the other."""
    answers = [*answers]
    monkeypatch.setattr(ical_import, "fetch_calendar", lambda url: answers.pop(0))
    resource()
    return ImportedCalendar.objects.create(
        unit=unit("salle"), name="Paroisse", url="https://paroisse.example/cal.ics"
    )


@pytest.mark.django_db
def test_schedule_shows_an_endless_event(monkeypatch, time_machine, client):
    time_machine.move_to(NOW, tick=False)
    fetching(monkeypatch, ics("DTSTART:20260303T170000Z\r\nDTEND:99991231T235959Z\r\nSUMMARY:Travaux"))
    jobs.wake_calendar_imports(timezone.now())
    client.force_login(SuperuserFactory())
    for view in ("day", "week", "month", "list"):
        page = client.get("/admin/bookings/", {"view": view, "day": "2026-03-10"})
        assert page.status_code == 200
        assert ("Travaux" in page.text) == (view in ("day", "week")), view


@pytest.mark.django_db
def test_control_characters_are_removed(monkeypatch, time_machine):
    time_machine.move_to(NOW, tick=False)
    feed = fetching(monkeypatch, ics(EVENING.replace("Concert", "Con\x00\x07cert\x1b")))
    jobs.wake_calendar_imports(timezone.now())
    assert [one.reason for one in feed.events.all()] == ["Con cert"]


@pytest.mark.django_db
def test_unexpected_error_is_shown_and_keeps_imported_times(monkeypatch, time_machine, client):
    time_machine.move_to(NOW, tick=False)
    feed = fetching(monkeypatch, ics(EVENING), ics())
    jobs.wake_calendar_imports(timezone.now())

    def broken(*args, **kwargs):
        raise DataError

    monkeypatch.setattr(BlockedTime.objects, "bulk_create", broken)
    time_machine.move_to(timezone.now() + timedelta(hours=1), tick=False)
    jobs.wake_calendar_imports(timezone.now())
    assert feed.events.count() == 1
    feed.refresh_from_db()
    assert feed.due_at > timezone.now() + timedelta(minutes=20)
    client.force_login(SuperuserFactory())
    assert (
        "n’a pas pu être enregistré"
        in client.get(reverse("wagtailsnippets_eservices_bookings_importedcalendar:list")).text
    )


@pytest.mark.django_db
def test_feed_blocks_the_unit_until_it_changes(monkeypatch, time_machine):
    time_machine.move_to(NOW, tick=False)
    resource()
    feed = ImportedCalendar.objects.create(
        unit=unit("salle"), name="Paroisse", url="https://paroisse.example/cal.ics"
    )
    answers = [ics(EVENING), b"<html>", ics()]

    def fetched(url):
        return answers.pop(0)

    monkeypatch.setattr(ical_import, "fetch_calendar", fetched)
    evening = TimeSpan(datetime(2026, 3, 10, 17, tzinfo=UTC), datetime(2026, 3, 10, 18, tzinfo=UTC))
    for expected, fault in ((False, False), (False, True), (True, False)):
        jobs.wake_calendar_imports(timezone.now())
        assert availability_calendar(bookable_resource("salle"), evening).is_free(evening) == expected
        feed.refresh_from_db()
        assert bool(feed.fault) == fault
        time_machine.move_to(timezone.now() + timedelta(hours=1), tick=False)
    assert not BlockedTime.objects.exists()


def test_only_web_addresses_are_fetched():
    with pytest.raises(ical_import.InvalidCalendar):
        ical_import.fetch_calendar("file:///etc/passwd")


@pytest.fixture(params=["http", "https"])
def server(request, tmp_path, monkeypatch, settings):
    """Run a calendar server over HTTP and HTTPS, which can fail on request."""
    settings.CALENDAR_HOSTS = {"127.0.0.1"}
    tls = None
    if request.param == "https":
        authority, key = Authority(), ec.generate_private_key(ec.SECP256R1())
        own = authority.issue(
            "127.0.0.1", key, purpose=ExtendedKeyUsageOID.SERVER_AUTH, extensions=[for_this_machine()]
        )
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(authority.pem(tmp_path / "server.pem", own, key=key))
        monkeypatch.setenv("SSL_CERT_FILE", authority.pem(tmp_path / "root.pem"))
    with serving(tls) as found:
        found.token = None
        yield found


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.7", "169.254.169.254", "[::ffff:127.0.0.1]"]
)
def test_calendar_of_internal_host_is_refused_before_connecting(host, monkeypatch):
    monkeypatch.setattr(http_client.socket, "create_connection", lambda *a, **k: pytest.fail("connected"))
    with override("en"), pytest.raises(ical_import.InvalidCalendar, match="own network"):
        ical_import.fetch_calendar(f"http://{host}:9/calendar.ics")


def test_calendar_redirect_to_internal_host_is_refused(server, settings):
    server.elsewhere = "http://localhost:9/admin"
    with override("en"), pytest.raises(ical_import.InvalidCalendar, match="own network"):
        ical_import.fetch_calendar(server.url)


@pytest.mark.parametrize("fault", [{"drip": 0.02}, {"drip_head": 0.02}], ids=["without end", "never begins"])
def test_dripping_server_is_cut_off(server, monkeypatch, fault):
    monkeypatch.setattr(ical_import, "TOTAL_TIMEOUT", 0.3)
    for name, value in fault.items():
        setattr(server, name, value)
    begun = monotonic()
    with pytest.raises(ical_import.InvalidCalendar, match="trop lentement"):
        ical_import.fetch_calendar(server.url)
    assert monotonic() - begun < 1


def test_response_is_limited_in_size(server):
    server.reply = (200, b"x" * ical_import.MAX_BYTES)
    assert ical_import.fetch_calendar(server.url) == server.reply[1]
    server.reply = (200, b"x" * (ical_import.MAX_BYTES + 1))
    with pytest.raises(ical_import.InvalidCalendar, match="1 Mo"):
        ical_import.fetch_calendar(server.url)
    server.reply = (404, b"")
    with pytest.raises(ical_import.InvalidCalendar, match="404"):
        ical_import.fetch_calendar(server.url)


def test_time_limit_applies_even_if_cutting_off_fails(server, monkeypatch):
    monkeypatch.setattr(ical_import, "TOTAL_TIMEOUT", 0.3)
    monkeypatch.setattr(http_client._Exchange, "cut_off", lambda exchange: None)
    server.drip = 0.02
    begun = monotonic()
    with pytest.raises(ical_import.InvalidCalendar, match="trop lentement"):
        ical_import.fetch_calendar(server.url)
    assert monotonic() - begun < 1


def test_redirect_is_followed_only_over_http(server, monkeypatch):
    server.elsewhere = "ftp://127.0.0.1/calendar.ics"
    with pytest.raises(ical_import.InvalidCalendar, match="ftp"):
        ical_import.fetch_calendar(server.url)
    server.elsewhere, server.reply = "/calendar.ics", (200, ics(EVENING))
    assert ical_import.fetch_calendar(server.url) == server.reply[1]


def test_body_of_redirect_is_not_read(server):
    server.elsewhere, server.reply = "/calendar.ics", (200, ics(EVENING))
    server.beside = b"x" * (ical_import.MAX_BYTES + 1)
    assert ical_import.fetch_calendar(server.url) == server.reply[1]
