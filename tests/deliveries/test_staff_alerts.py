"""Staff hear of what does not go out: each of what is for their eyes, soon and once; of mail on the screen."""

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
    """Carries as it is told: nothing, or a fault, by the title of the delivery or whatever it is."""

    label = "Pigeon"

    def __init__(self):
        self.fault, self.carried = None, []

    def carry(self, delivery):
        if self.fault:
            raise self.fault
        self.carried.append(delivery.title)


@pytest.fixture
def pigeon(monkeypatch):
    pigeon = Pigeon()
    transports["email"]  # found
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
    """Some time passes; then the scheduler looks."""
    clock.shift(timedelta(**ahead))
    wake_deliveries(timezone.now())
    send_suppressed_alerts(timezone.now())


def keeper(email: str, **fields) -> User:
    user = User.objects.create_user(email, is_staff=True, **fields)
    UserProfile.objects.create(user=user, preferred_language="en")
    codenames = ["access_admin", "change_delivery"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


# -- What is stuck ------------------------------------------------------------------------------------------
def test_what_gets_stuck_soon_after_a_letter_is_told_in_the_next_one_and_once(pigeon, clock):
    greffe = SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    actions.attempt_delivery(sent(title="La première").pk)
    clock.shift(timedelta(minutes=2))
    for title in ("La deuxième", "La troisième"):
        actions.attempt_delivery(sent(title=title).pk)
    [first] = letters(greffe)
    assert "La première" in first.payload["text"]

    sweep(clock, minutes=5)
    assert len(letters(greffe)) == 1  # one a while
    sweep(clock, minutes=10)
    second = letters(greffe)[1].payload["text"]
    assert "La deuxième" in second
    assert "La troisième" in second
    assert "La première" not in second
    assert "?state=stuck&carrier=pigeon" in second

    for _look in range(3):
        sweep(clock, hours=1)
    assert len(letters(greffe)) == 2


def test_a_letter_to_one_silences_nobody_else_who_sees_other_things(pigeon, clock, monkeypatch):
    def readable(user):
        return Q(subject=f"secret:{user.email}")

    monkeypatch.setitem(access._filters, "secret", readable)
    anna, bruno = keeper("anna@example.org"), keeper("bruno@example.org")
    pigeon.fault = PermanentFailure("no such loft")
    actions.attempt_delivery(sent(title="Pour Anna", subject="secret:anna@example.org").pk)
    assert (len(letters(anna)), len(letters(bruno))) == (1, 0)
    clock.shift(timedelta(minutes=1))
    actions.attempt_delivery(sent(title="Pour Bruno", subject="secret:bruno@example.org").pk)
    [told] = letters(bruno)
    assert "Pour Bruno" in told.payload["text"]
    sweep(clock, minutes=20)
    assert (len(letters(anna)), len(letters(bruno))) == (1, 1)


def test_many_that_are_stuck_fill_one_letter_of_some_lines(pigeon, clock):
    SuperuserFactory()
    with time_machine.travel(timezone.now() - timedelta(minutes=1)):
        deliveries = [sent(title=f"Lettre {number}", state=State.STUCK) for number in range(13)]
    sweep(clock)
    [letter] = letters()
    assert letter.payload["text"].count("– Lettre") == 10
    assert "3" in letter.payload["text"]
    assert all(one.events.filter(kind="told").count() == 1 for one in deliveries)


def test_who_was_only_told_can_leave_the_house(pigeon, clock):
    greffe = SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    actions.attempt_delivery(sent().pk)
    assert letters(greffe)
    greffe.delete()


def test_what_is_stuck_again_after_a_retry_by_hand_is_told_again(pigeon, clock, admin_user):
    pigeon.fault = PermanentFailure("no such loft")
    delivery = sent()
    for _time in range(2):
        actions.attempt_delivery(delivery.pk)
        clock.shift(timedelta(hours=1))
        actions.retry_now(actor=admin_user, delivery=delivery)
    assert len(letters(admin_user)) == 2


def test_to_look_who_knows_costs_some_queries_for_each_keeper_and_none_for_each_carrier(
    monkeypatch, clock, django_assert_max_num_queries
):
    transports["email"]  # found
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


# -- What waits ---------------------------------------------------------------------------------------------
def test_an_outage_soon_after_a_letter_is_told_all_the_same(pigeon, clock):
    SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    actions.attempt_delivery(sent(title="Perdue").pk)
    pigeon.fault = ConnectionRefusedError("nobody opens")
    waiting = sent(title="En attente")
    for _minute in range(60):
        sweep(clock, minutes=1)
    assert [("Perdue" in one.payload["text"]) for one in letters()] == [True, False]
    assert "nobody opens" in letters()[1].payload["text"]
    assert Delivery.objects.get(pk=waiting.pk).state == State.PENDING


def test_where_a_carrier_fails_while_a_letter_holds_back_the_next_the_next_says_so_too(pigeon, clock):
    SuperuserFactory()
    pigeon.fault = PermanentFailure("no such loft")
    actions.attempt_delivery(sent(title="Perdue").pk)
    clock.shift(timedelta(minutes=5))
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("pigeon", "nobody opens", timezone.now())
    clock.shift(timedelta(minutes=1))
    circuit_breaker.allow_next_attempt("pigeon", timezone.now())
    actions.attempt_delivery(sent(title="Perdue aussi").pk)
    sweep(clock, minutes=10)
    first, second = letters()
    assert "nobody opens" not in first.payload["text"]
    for body in ("text", "html"):
        assert "Perdue aussi" in second.payload[body]
        assert "nobody opens" in second.payload[body]
    sweep(clock, hours=1)
    assert len(letters()) == 2


def test_who_is_asked_to_wait_for_an_hour_is_told_of_it_once_and_after_a_week_it_is_stuck(pigeon, clock):
    SuperuserFactory()
    delivery, begun = sent(title="Sirène demain"), timezone.now()
    while Delivery.objects.get(pk=delivery.pk).state == State.PENDING:
        first = timezone.now() - begun < timedelta(hours=1)
        pause = timedelta(minutes=50) if first else timedelta(days=1)
        pigeon.fault = RetryLater(timezone.now() + pause, "Too many: come back later.")
        actions.attempt_delivery(delivery.pk)
        assert not (first and letters())
        clock.shift(pause)
    assert timedelta(days=6) < timezone.now() - begun < timedelta(days=8)
    late, stuck = letters()
    assert late.created_at - begun < timedelta(hours=2)
    assert "come back later" in late.payload["text"]
    assert "Sirène demain" in stuck.payload["text"]
    assert [one.kind for one in delivery.events.exclude(kind="told")] == ["asked", "failed"]


def test_to_wait_for_the_morning_is_no_fault_and_is_told_to_nobody(pigeon, clock):
    SuperuserFactory()
    pigeon.fault = RetryLater(timezone.now() + timedelta(hours=9))
    delivery = sent()
    actions.attempt_delivery(delivery.pk)
    clock.shift(timedelta(hours=9))
    pigeon.fault = RetryLater(timezone.now() + timedelta(minutes=5), "Patience.")
    actions.attempt_delivery(delivery.pk)
    pigeon.fault = None
    sweep(clock, minutes=5)
    assert pigeon.carried
    assert not letters()


def test_what_no_carrier_takes_for_a_week_ends_though_its_own_turn_never_came(pigeon, clock):
    delivery = sent()
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("pigeon", "nobody opens", timezone.now())
    while Delivery.objects.get(pk=delivery.pk).state == State.PENDING:
        Circuit.objects.update(open_until=timezone.now() + timedelta(hours=6))  # others try, in vain
        actions.attempt_delivery(delivery.pk)
        clock.shift(timedelta(hours=6))
        assert timezone.now().day != 3, "It waits for ever."
    assert Delivery.objects.get(pk=delivery.pk).reason


def test_the_week_of_trying_begins_when_it_may_leave_not_when_it_was_written(pigeon, clock):
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


# -- On the screen ------------------------------------------------------------------------------------------
def first_page(client, user) -> str:
    client.force_login(user)
    return client.get(reverse("wagtailadmin_home")).text


@pytest.fixture
def alive(db):
    for name in (Heartbeat.SCHEDULER, Heartbeat.WORKER):
        Heartbeat.beat(name)


def test_the_first_page_says_that_mail_is_down_to_whoever_may_act(client, alive):
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("email", "ConnectionRefusedError: no answer", timezone.now())
    shown = first_page(client, keeper("anna@example.org"))
    assert "What does not go out" in shown
    assert "ConnectionRefusedError: no answer" in shown
    assert reverse("deliveries_board:index") in shown
    other = User.objects.create_user("clara@example.org", is_staff=True)
    other.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    assert "ConnectionRefusedError" not in first_page(client, other)


def test_the_first_page_says_it_as_soon_as_the_letter_would(client, alive, pigeon):
    user = keeper("anna@example.org")
    with time_machine.travel(START, tick=False) as clock:
        pigeon.fault = ConnectionRefusedError("nobody opens")
        sent()
        for _minute in range(8):
            sweep(clock, minutes=1)
    assert "Pigeon: something has not passed since" in first_page(client, user)


def test_the_first_page_counts_what_is_stuck_and_says_who_is_silent(client):
    user = keeper("anna@example.org")
    DeliveryFactory.create_batch(2, state=State.STUCK)
    Heartbeat.beat(Heartbeat.SCHEDULER)
    shown = first_page(client, user)
    assert "2 deliveries are stuck" in shown
    assert "No worker gives a sign of life" in shown
    assert "The scheduler gives no sign of life" not in shown


def test_where_all_goes_out_the_first_page_says_nothing_of_it(client, alive):
    circuit_breaker.record_success("email")
    DeliveryFactory(state=State.DONE)
    assert "What does not go out" not in first_page(client, keeper("anna@example.org"))


def test_a_monitor_outside_reads_that_no_mail_leaves(client, alive):
    assert client.get("/health/").json()["mail"] == {"alive": True, "failing_since": None}
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("email", "no answer", timezone.now())
    answer = client.get("/health/").json()
    assert (answer["status"], answer["mail"]["alive"]) == ("degraded", False)
    assert "no answer" not in str(answer)
    circuit_breaker.record_success("email")
    assert client.get("/health/").json()["status"] == "ok"
