"""Small forms of the measurements, so that they cannot rot; and who is faster, on PostgreSQL."""

from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from eservices.bookings import actions
from eservices.bookings.models import Booking, Piece
from eservices.bookings.offers import offer
from tests.benchmarks import bookings as benchmark
from tests.cases.test_concurrency import at_once
from tests.factories.bookings import hall
from tests.factories.submissions import DraftFactory
from tests.resilience import bookings as resilience

from .test_booking_actions import tomorrow

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")


@pytest.mark.django_db
def test_month_and_search_are_measured():
    benchmark.filled(150, 3)
    figures = benchmark.measured(1)
    assert set(figures) == {"month", "search"}
    assert Booking.objects.count() == 150 + 3 * 40


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_who_fights_for_times_over_http_gets_each_once_and_sees_no_error(live_server, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    times = resilience.filled(4)
    statuses = resilience.fight(live_server.thread.port, times, 24, 6, seed=1)
    assert resilience.faults(statuses, 4, 24) == []


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_a_hall_and_its_halves_asked_for_together_nothing_is_taken_twice():
    things, drafts = [offer(one.key) for one in hall()], DraftFactory.create_batch(6)

    def hold(number):
        try:
            return actions.hold(
                actor=None,
                draft=drafts[number],
                field="salle",
                offer=things[number % 3],
                spans=[tomorrow(9, 11)],
                series=uuid4(),
            )
        except actions.Taken:
            return None

    at_once(*(lambda number=number: hold(number) for number in range(6)))
    pieces = Piece.objects.filter(starts_at__gt=timezone.now())
    assert pieces.count() == pieces.values("unit").distinct().count() > 0
