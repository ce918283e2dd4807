"""Staff alerts about deliveries that are not sent: soon, once, and only about those that the recipient may see."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from eservices.accounts.models import User
from eservices.deliveries import access, actions, circuit_breaker
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.jobs import send_suppressed_alerts, wake_deliveries
from eservices.deliveries.models import Circuit, Delivery
from eservices.deliveries.transports import PermanentFailure, RetryLater, transports
from home.models import Heartbeat
from tests.factories.accounts import SuperuserFactory
from tests.factories.deliveries import DeliveryFactory

pytestmark = pytest.mark.django_db
State = Delivery.State
START = "2026-11-24 08:00Z"


class Pigeon:
    """A transport with a configurable error."""

    label = "Pigeon"

    def __init__(self):
        self.fault, self.carried = None, []

    def deliver(self, delivery):
        if self.fault:
            raise self.fault
        self.carried.append(delivery.title)


@pytest.fixture
def pigeon(monkeypatch):
    pigeon = Pigeon()
    transports["email"]  # loads the registry
    monkeypatch.setitem(transports._offers, "pigeon", pigeon)
    return pigeon


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def sent(**fields) -> Delivery:
    return DeliveryFactory(carrier="pigeon", **fields)


def letters(to: User | None = None) -> list[Delivery]:
    found = Delivery.objects.filter(subject="alert:pigeon").order_by("created_at")
    return list(found.filter(recipient=to.email) if to else found)


def sweep(clock, **ahead):
    """Advance the clock, then run the jobs."""
    clock.shift(timedelta(**ahead))
    wake_deliveries(timezone.now())
    send_suppressed_alerts(timezone.now())


def keeper(email: str, **fields) -> User:
    user = User.objects.create_user(email, is_staff=True, **fields)
    UserProfile.objects.create(user=user, preferred_language="en")
    codenames = ["access_admin", "change_delivery"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


# -- Stuck deliveries ---------------------------------------------------------------------------------------
def test_deliveries_stuck_after_an_alert_are_in_the_next_one(pigeon, clock):
    greffe = SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    attempt_delivery(sent(title="La première").pk)
    clock.shift(timedelta(minutes=2))
    for title in ("La deuxième", "La troisième"):
        attempt_delivery(sent(title=title).pk)
    [first] = letters(greffe)
    assert "La première" in first.payload["text"]

    sweep(clock, minutes=5)
    assert len(letters(greffe)) == 1  # at most one alert within some minutes
    sweep(clock, minutes=10)
    second = letters(greffe)[1].payload["text"]
    assert "La deuxième" in second
    assert "La troisième" in second
    assert "La première" not in second
    assert "?state=stuck&carrier=pigeon" in second

    for _look in range(3):
        sweep(clock, hours=1)
    assert len(letters(greffe)) == 2


def test_alert_to_one_person_does_not_delay_those_to_others(pigeon, clock, monkeypatch):
    def readable(user):
        return Q(subject=f"secret:{user.email}")

    monkeypatch.setitem(access._filters, "secret", readable)
    anna, bruno = keeper("anna@example.org"), keeper("bruno@example.org")
    pigeon.fault = PermanentFailure("no such loft")
    attempt_delivery(sent(title="Pour Anna", subject="secret:anna@example.org").pk)
    assert (len(letters(anna)), len(letters(bruno))) == (1, 0)
    clock.shift(timedelta(minutes=1))
    attempt_delivery(sent(title="Pour Bruno", subject="secret:bruno@example.org").pk)
    [told] = letters(bruno)
    assert "Pour Bruno" in told.payload["text"]
    sweep(clock, minutes=20)
    assert (len(letters(anna)), len(letters(bruno))) == (1, 1)


def test_many_stuck_deliveries_make_one_alert_with_some_lines(pigeon, clock):
    SuperuserFactory()
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        deliveries = [sent(title=f"Lettre {number}", state=State.STUCK) for number in range(13)]
    sweep(clock)
    [letter] = letters()
    assert letter.payload["text"].count("- Lettre") == 10
    assert "3" in letter.payload["text"]
    assert all(one.events.filter(kind="told").count() == 1 for one in deliveries)


def test_user_who_only_received_alerts_can_be_deleted(pigeon, clock):
    greffe = SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    attempt_delivery(sent().pk)
    assert letters(greffe)
    greffe.delete()


def test_delivery_stuck_again_after_a_retry_alerts_again(pigeon, clock, admin_user):
    pigeon.fault = PermanentFailure("no such loft")
    delivery = sent()
    for _time in range(2):
        attempt_delivery(delivery.pk)
        clock.shift(timedelta(hours=1))
        actions.retry_now(actor=admin_user, delivery=delivery)
    assert len(letters(admin_user)) == 2


def test_alert_job_takes_queries_per_recipient_not_per_transport(
    monkeypatch, clock, django_assert_max_num_queries
):
    transports["email"]  # loads the registry
    for number in range(12):
        monkeypatch.setitem(transports._offers, f"pigeon{number}", Pigeon())
        for _failure in range(circuit_breaker.FAILURES):
            circuit_breaker.record_failure(f"pigeon{number}", "nobody opens", timezone.now())
        DeliveryFactory(carrier=f"pigeon{number}", state=State.STUCK)
    people = 8
    for number in range(people):
        keeper(f"keeper{number}@example.org")
        User.objects.create_user(f"other{number}@example.org", is_staff=True)
    send_suppressed_alerts(timezone.now())
    told = Delivery.objects.filter(subject__startswith="alert:")
    assert told.count() == 12 * people
    clock.shift(timedelta(minutes=16))
    with django_assert_max_num_queries(4 * people + 10):
        send_suppressed_alerts(timezone.now())
    assert told.count() == 12 * people


# -- Waiting deliveries -------------------------------------------------------------------------------------
def test_outage_soon_after_an_alert_gets_its_own_alert(pigeon, clock):
    SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    attempt_delivery(sent(title="Perdue").pk)
    pigeon.fault = ConnectionRefusedError("nobody opens")
    waiting = sent(title="En attente")
    for _minute in range(60):
        sweep(clock, minutes=1)
    assert [("Perdue" in one.payload["text"]) for one in letters()] == [True, False]
    assert "nobody opens" in letters()[1].payload["text"]
    assert Delivery.objects.get(pk=waiting.pk).state == State.PENDING


def test_postponed_alert_includes_a_new_outage(pigeon, clock):
    SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    attempt_delivery(sent(title="Perdue").pk)
    clock.shift(timedelta(minutes=5))
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("pigeon", "nobody opens", timezone.now())
    clock.shift(timedelta(minutes=1))
    circuit_breaker.allow_next_attempt("pigeon", timezone.now())
    attempt_delivery(sent(title="Perdue aussi").pk)
    sweep(clock, minutes=10)
    first, second = letters()
    assert "nobody opens" not in first.payload["text"]
    for body in ("text", "html"):
        assert "Perdue aussi" in second.payload[body]
        assert "nobody opens" in second.payload[body]
    sweep(clock, hours=1)
    assert len(letters()) == 2


def test_long_retry_after_alerts_once_then_delivery_is_stuck(pigeon, clock):
    SuperuserFactory()
    delivery, begun = sent(title="Sirène demain"), timezone.now()
    while Delivery.objects.get(pk=delivery.pk).state == State.PENDING:
        first = timezone.now() - begun < timedelta(hours=1)
        pause = timedelta(minutes=50) if first else timedelta(days=1)
        pigeon.fault = RetryLater(timezone.now() + pause, "Too many: come back later.")
        attempt_delivery(delivery.pk)
        assert not (first and letters())
        clock.shift(pause)
    assert timedelta(days=6) < timezone.now() - begun < timedelta(days=8)
    late, stuck = letters()
    assert late.created_at - begun < timedelta(hours=2)
    assert "come back later" in late.payload["text"]
    assert "Sirène demain" in stuck.payload["text"]
    assert [one.kind for one in delivery.events.exclude(kind="told")] == ["asked", "failed"]


def test_planned_or_short_wait_alerts_nobody(pigeon, clock):
    SuperuserFactory()
    pigeon.fault = RetryLater(timezone.now() + timedelta(hours=9))
    delivery = sent()
    attempt_delivery(delivery.pk)
    clock.shift(timedelta(hours=9))
    pigeon.fault = RetryLater(timezone.now() + timedelta(minutes=5), "Patience.")
    attempt_delivery(delivery.pk)
    pigeon.fault = None
    sweep(clock, minutes=5)
    assert pigeon.carried
    assert not letters()


def test_delivery_is_stuck_after_a_week_without_an_attempt(pigeon, clock):
    delivery = sent()
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("pigeon", "nobody opens", timezone.now())
    while Delivery.objects.get(pk=delivery.pk).state == State.PENDING:
        Circuit.objects.update(open_until=timezone.now() + timedelta(hours=6))  # others fail
        attempt_delivery(delivery.pk)
        clock.shift(timedelta(hours=6))
        assert timezone.now().day != 3, "It waits for ever."
    assert Delivery.objects.get(pk=delivery.pk).reason


def test_week_of_retries_begins_when_the_delivery_is_due(pigeon, clock):
    delivery = actions.queue_delivery(
        carrier="pigeon",
        recipient="loft",
        title="In ten days",
        payload={},
        due_at=timezone.now() + timedelta(days=10),
    )
    pigeon.fault = ConnectionRefusedError("nobody opens")
    sweep(clock, days=10)
    failed = Delivery.objects.get(pk=delivery.pk)
    assert (failed.state, failed.attempts) == (State.PENDING, 1)
    pigeon.fault = None
    sweep(clock, minutes=1)
    assert pigeon.carried == ["In ten days"]


# -- First page of the admin --------------------------------------------------------------------------------
def first_page(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("wagtailadmin_home")).text


@pytest.fixture
def alive(db):
    for name in (Heartbeat.SCHEDULER, Heartbeat.WORKER):
        Heartbeat.record(name)


def test_first_page_reports_a_mail_outage_to_permitted_staff(client, alive):
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("email", "ConnectionRefusedError: no answer", timezone.now())
    shown = first_page(client, keeper("anna@example.org"))
    assert "Failed deliveries" in shown
    assert "ConnectionRefusedError: no answer" in shown
    assert reverse("deliveries_board:index") in shown
    other = User.objects.create_user("clara@example.org", is_staff=True)
    other.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    assert "ConnectionRefusedError" not in first_page(client, other)


def test_first_page_reports_an_outage_as_early_as_the_alert(client, alive, pigeon):
    user = keeper("anna@example.org")
    with time_machine.travel(START, tick=False) as clock:
        pigeon.fault = ConnectionRefusedError("nobody opens")
        sent()
        for _minute in range(8):
            sweep(clock, minutes=1)
    assert "Pigeon: a delivery has failed since" in first_page(client, user)


def test_first_page_counts_stuck_deliveries_and_silent_workers(client):
    user = keeper("anna@example.org")
    DeliveryFactory.create_batch(2, state=State.STUCK)
    Heartbeat.record(Heartbeat.SCHEDULER)
    shown = first_page(client, user)
    assert "2 deliveries are stuck" in shown
    assert "No worker is running" in shown
    assert "The scheduler is not running" not in shown


def test_first_page_without_problems_shows_nothing(client, alive):
    circuit_breaker.record_success("email")
    DeliveryFactory(state=State.DONE)
    assert "Failed deliveries" not in first_page(client, keeper("anna@example.org"))


def test_health_page_reports_a_mail_outage(client, alive):
    assert client.get("/health/").json()["mail"] == {"alive": True, "failing_since": None}
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("email", "no answer", timezone.now())
    answer = client.get("/health/").json()
    assert (answer["status"], answer["mail"]["alive"]) == ("degraded", False)
    assert "no answer" not in str(answer)
    circuit_breaker.record_success("email")
    assert client.get("/health/").json()["status"] == "ok"
