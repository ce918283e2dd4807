"""Random walks of a delivery through errors, dead workers and staff actions: it is sent, or staff know of it.

Only a few by default, because they take time; ``WALKS=200`` runs 200.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eservices.deliveries import actions, attempts
from eservices.deliveries.jobs import send_suppressed_alerts, wake_deliveries
from eservices.deliveries.models import Circuit, Delivery
from eservices.deliveries.transports import PermanentFailure, RetryLater, transports
from tests.factories.accounts import SuperuserFactory
from tests.factories.deliveries import DeliveryFactory

pytestmark = pytest.mark.django_db
State = Delivery.State
START = datetime(2026, 11, 24, 8, tzinfo=UTC)
FEW, LONG = int(os.environ.get("WALKS", "3")), 10
PAUSES = {"a_minute": timedelta(minutes=1), "hours": timedelta(hours=7), "days": timedelta(days=3)}
FAULTS = {
    "is_down": lambda: ConnectionRefusedError("nobody opens"),
    "refuses": lambda: PermanentFailure("no such loft"),
    "asks_for_patience": lambda: RetryLater(timezone.now() + timedelta(minutes=20), "Too many."),
    "works": lambda: None,
}
HANDS = ("retry", "skip", "resume", "worker_dies", "worker_dies_after_it")


class Pigeon:
    """A transport whose recipient honours idempotency keys."""

    label = "Pigeon"

    def __init__(self):
        self.how, self.arrived = "works", []

    def deliver(self, delivery):
        if fault := FAULTS[self.how]():
            raise fault
        self.arrived.append(delivery.pk)


@pytest.fixture
def pigeon(monkeypatch):
    pigeon = Pigeon()
    transports["email"]  # loads the registry
    monkeypatch.setitem(transports._offers, "pigeon", pigeon)
    return pigeon


def go(event: str, pigeon: Pigeon, delivery: Delivery, staff, clock) -> None:
    fresh = Delivery.objects.get(pk=delivery.pk)
    if event in PAUSES:
        clock.shift(PAUSES[event])
    elif event in FAULTS:
        pigeon.how = event
    elif event == "retry":
        actions.retry_now(actor=staff, delivery=fresh)
    elif event == "skip":
        actions.skip_delivery(actor=staff, delivery=fresh, reason="Told by telephone")
    elif event == "resume":
        actions.resume_transport(actor=staff, carrier="pigeon")
    else:
        claimed = attempts._claim(delivery.pk, timezone.now())  # and then the worker dies
        if claimed and event == "worker_dies_after_it" and pigeon.how == "works":
            pigeon.arrived.append(delivery.pk)
    wake_deliveries(timezone.now())
    send_suppressed_alerts(timezone.now())


def holds(before: Delivery, pigeon: Pigeon) -> Delivery:
    """Check the invariants between two moments and return the delivery as it is now."""
    now = Delivery.objects.get(pk=before.pk)
    if before.state in Delivery.ENDED:
        assert now.state == before.state
    if now.state == State.DONE:
        assert now.pk in pigeon.arrived
    if now.state in (State.PENDING, State.STUCK) and before.state != now.state:
        assert now.reason or now.state == State.PENDING
    return now


@settings(max_examples=FEW, suppress_health_check=list(HealthCheck))
@example(events=["asks_for_patience"])
@example(events=["is_down", "days", "days", "retry", "days", "days", "days"])
@example(events=["worker_dies_after_it", "is_down", "hours", "works", "hours"])
@given(events=st.lists(st.sampled_from([*PAUSES, *FAULTS, *HANDS]), min_size=2, max_size=LONG))
def test_delivery_ends_or_staff_know_of_it_after_any_events(pigeon, events):
    Circuit.objects.all().delete()
    Delivery.objects.all().delete()
    pigeon.how, pigeon.arrived = "works", []
    staff = SuperuserFactory(password=None)
    with time_machine.travel(START, tick=False) as clock:
        pigeon.how = "is_down" if "is_down" in events else "works"
        delivery = now = DeliveryFactory(carrier="pigeon", subject="case:1")
        for event in events:
            go(event, pigeon, delivery, staff, clock)
            now = holds(now, pigeon)
        for _day in range(9):  # in any state of the transport: a week, and the time to notice it
            if now.state in (State.STUCK, *Delivery.ENDED):
                break
            go("hours", pigeon, delivery, staff, clock)
            clock.shift(timedelta(hours=17))
            now = holds(now, pigeon)
        assert now.state in (State.STUCK, *Delivery.ENDED)
        if now.state == State.STUCK:
            clock.shift(timedelta(minutes=16))
            send_suppressed_alerts(timezone.now())
            assert delivery.events.filter(kind="told", text=staff.email, at__gte=now.due_at).exists()
    staff.is_active = False
    staff.save()
