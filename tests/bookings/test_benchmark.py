"""Small runs of the benchmarks, so that they keep working, and concurrent bookings on PostgreSQL."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from eservices.bookings import actions
from eservices.bookings.bookable_resources import bookable_resource
from eservices.bookings.models import BookedPiece, Booking, ResourceUnit
from mysite.settings.base import SQLITE
from tests.benchmarks import bookings as benchmark
from tests.bookings.test_booking_actions import tomorrow
from tests.cases.test_concurrency import at_once
from tests.factories.bookings import booking, hall, resource, tables, unit
from tests.factories.submissions import DraftFactory
from tests.resilience import bookings as resilience

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")


@pytest.mark.django_db
def test_month_and_search_are_measured():
    benchmark.filled(150, 3)
    figures = benchmark.measured(1)
    assert set(figures) == {"month", "search", "search page"}
    assert Booking.objects.count() == 150 + 3 * 40


@pytest.mark.django_db
def test_benchmark_measures_a_whole_month_on_its_last_day(client, time_machine, monkeypatch):
    monkeypatch.setattr(benchmark, "DAYS", 28)
    time_machine.move_to(datetime(2026, 1, 31, 9, tzinfo=timezone.get_default_timezone()), tick=False)
    benchmark.filled(28 * 56, 1)
    page = benchmark.month_ahead(client)
    assert page.count(b'value="day 2026-02-') == 0  # each of its days is full
    assert page.count(b'class="sq full"') > 20  # the working days and the legend


@on_postgresql
@pytest.mark.usefixtures("transactional_db")
def test_concurrent_bookings_over_http_succeed_once(live_server, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    times = resilience.filled(4)
    answered = resilience.fight(live_server.thread.port, times, 24, 6, seed=1, others=12)
    assert resilience.faults(answered, 4, 24, 12) == []
    assert any(one.sent for one in answered)


@pytest.mark.django_db
def test_resilience_check_finds_booking_without_pieces():
    held = booking(resource(), "2026-03-10T18:00", "2026-03-10T20:00", state="held")
    given, failed = (resilience.Answered(resilience.PATH, (status,)) for status in (302, 500))
    assert resilience.faults([given], 1, 1) == []
    held.pieces.all().delete()
    nothing, error = resilience.faults([given, failed], 1, 2)[::-1]
    assert "500" in error
    assert "0 pieces of 1" in nothing


@on_postgresql
@pytest.mark.usefixtures("transactional_db")
def test_concurrent_hall_and_halves_are_never_taken_twice():
    things, drafts = [bookable_resource(one.key) for one in hall()], DraftFactory.create_batch(6)

    def hold(number):
        try:
            return actions.hold_times(
                actor=None,
                draft=drafts[number],
                field="salle",
                offer=things[number % 3],
                spans=[tomorrow(9, 11)],
                series=uuid4(),
            )
        except actions.TimeTaken:
            return None

    at_once(*(lambda number=number: hold(number) for number in range(6)))
    pieces = BookedPiece.objects.filter(starts_at__gt=timezone.now())
    assert pieces.count() == pieces.values("unit").distinct().count() > 0


@on_postgresql
@pytest.mark.usefixtures("transactional_db")
def test_seven_tables_fit_three_concurrent_bookings_of_two():
    drafts, seven = DraftFactory.create_batch(8), bookable_resource(tables(7).key)

    def hold(number):
        kept = {"field": "tables", "series": uuid4(), "count": 2}
        spans = [tomorrow(9, 11)] if number % 2 else [tomorrow(10, 12)]
        try:
            return actions.hold_times(actor=None, draft=drafts[number], offer=seven, spans=spans, **kept)
        except actions.TimeTaken:
            return None

    at_once(*(lambda number=number: hold(number) for number in range(8)))
    pieces = BookedPiece.objects.values_list("booking", "number")
    assert Booking.objects.count() == 3
    assert (len(pieces), len({number for _booking, number in pieces})) == (6, 6)


@on_postgresql
@pytest.mark.usefixtures("transactional_db")
def test_unit_added_during_bookings_is_never_taken_twice():
    whole, _left, _right = hall()
    resource("cuisine", unit("cuisine"))
    seen = [bookable_resource("grande-salle"), bookable_resource("cuisine")]
    drafts = DraftFactory.create_batch(4)
    day = timezone.localdate() + timedelta(days=1)
    booking(whole, f"{day}T14:00", f"{day}T16:00")

    def hold(number):
        kept = {"field": "salle", "series": uuid4()}
        spans = [tomorrow(9, 11, days=1 + number // 2)]
        with suppress(actions.TimeTaken):
            actions.hold_times(actor=None, draft=drafts[number], offer=seen[number % 2], spans=spans, **kept)

    def add():
        kitchen = unit("cuisine").pk
        units = [*seen[0].needs, kitchen]
        with (
            suppress(actions.ConflictingBookings),
            actions.changing_units(actor=None, resource=whole, units=units),
        ):
            ResourceUnit.objects.create(resource=whole, unit_id=kitchen, quantity=1)

    at_once(add, *(lambda number=number: hold(number) for number in range(4)))
    added = ResourceUnit.objects.filter(resource=whole).count() == 3
    for one in Booking.objects.filter(resource=whole):
        assert one.pieces.count() == (3 if added else 2)


@pytest.fixture
def in_a_file(tmp_path, monkeypatch):
    """Make new connections use a file, set up as the demo's, with the content of the test's database."""
    path = tmp_path / "commune.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    known = connections.settings["default"]
    monkeypatch.setitem(known, "NAME", str(path))
    monkeypatch.setitem(known, "OPTIONS", SQLITE["OPTIONS"])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite")
@pytest.mark.usefixtures("transactional_db")
def test_sqlite_connections_give_a_time_once(request):
    [start] = resilience.filled(1)
    request.getfixturevalue("in_a_file")

    def ask():
        answer = Client().post(resilience.PATH, {"quand-resource": "guichet", "quand-from": start})
        return answer.status_code, "Quelqu’un d’autre" in answer.text

    def stored():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            return cursor.fetchone()[0], Booking.objects.count(), BookedPiece.objects.count()

    assert sorted(at_once(ask, ask, ask, ask)) == [(200, True)] * 3 + [(302, False)]
    assert at_once(stored) == [("wal", 1, 1)]
