from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import User
from eservices.deliveries import circuit_breaker
from eservices.deliveries.models import Delivery
from eservices.deliveries.transports import transports, transports_with_test
from home.models import Heartbeat
from tests.factories.deliveries import DeliveryFactory

pytestmark = pytest.mark.django_db
State = Delivery.State
INDEX = reverse("deliveries_board:index")


def staff(*codenames) -> User:
    user = User.objects.create_user("agent@orvenay.example", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return user


def page(delivery, name="detail"):
    return reverse(f"deliveries_board:{name}", args=[delivery.pk])


def test_outbox_counts_by_state_and_lists_stuck_deliveries(client):
    DeliveryFactory.create_batch(2, state=State.DONE)
    DeliveryFactory(state=State.STUCK, title="Needs a hand")
    client.force_login(staff("change_delivery"))
    shown = client.get(INDEX, {"state": "stuck"})
    assert shown.status_code == 200
    assert {state.value: count for state, count in shown.context["counts"]} | {"done": 2, "stuck": 1} == {
        state.value: count for state, count in shown.context["counts"]
    }
    assert [delivery.title for delivery in shown.context["object_list"]] == ["Needs a hand"]


def test_outbox_reports_a_silent_worker(client):
    client.force_login(staff("change_delivery"))
    Heartbeat.record(Heartbeat.SCHEDULER)
    assert client.get(INDEX).context["silent"] == ["worker"]
    Heartbeat.record(Heartbeat.WORKER)
    assert client.get(INDEX).context["silent"] == []


def test_outbox_finds_a_recipient(client):
    DeliveryFactory(recipient="anna@example.org", title="To Anna")
    DeliveryFactory(title="To somebody else")
    client.force_login(staff("change_delivery"))
    shown = client.get(reverse("deliveries_board:index_results"), {"q": "anna@"})
    assert [delivery.title for delivery in shown.context["object_list"]] == ["To Anna"]


def test_outbox_needs_a_permission(client):
    delivery = DeliveryFactory()
    client.force_login(staff())
    assert client.get(INDEX).status_code == 302
    assert client.get(page(delivery)).status_code == 404
    assert client.post(page(delivery, "retry")).status_code == 404
    assert client.post(page(delivery, "skip"), {"reason": "no"}).status_code == 404
    assert "Outbox" not in client.get(reverse("wagtailadmin_home"), headers={"accept-language": "en"}).text


def test_delivery_shows_attempts_and_text_without_status_links(client):
    delivery = DeliveryFactory(
        state=State.STUCK,
        reason="ConnectionRefusedError: no answer",
        payload={"text": "See https://orvenay.example/dossier/Zm9vYmFyYmF6cXV4Zm9vYg/ today"},
    )
    delivery.events.create(kind="failed", text="ConnectionRefusedError: no answer")
    client.force_login(staff("change_delivery"))
    shown = client.get(page(delivery)).text
    assert "no answer" in shown
    assert "See https://orvenay.example/dossier/…/ today" in shown
    assert "Zm9vYmFy" not in shown


def test_sign_in_code_is_hidden_in_the_outbox(client):
    delivery = DeliveryFactory(confidential=True, payload={"text": "Your code: 482913"})
    client.force_login(staff("change_delivery"))
    assert "482913" not in client.get(page(delivery)).text


def test_staff_retry_from_the_outbox(client):
    delivery = DeliveryFactory(state=State.STUCK)
    client.force_login(staff("change_delivery"))
    assert client.post(page(delivery, "retry")).status_code == 302
    delivery.refresh_from_db()
    assert delivery.state == State.PENDING


def test_outbox_actions_need_a_post(client):
    delivery = DeliveryFactory(state=State.STUCK)
    client.force_login(staff("change_delivery"))
    assert client.get(page(delivery, "retry")).status_code == 405
    assert client.get(page(delivery, "skip")).status_code == 405
    delivery.refresh_from_db()
    assert delivery.state == State.STUCK


def test_skipping_needs_a_reason(client):
    delivery = DeliveryFactory(state=State.STUCK)
    client.force_login(staff("change_delivery"))
    assert client.post(page(delivery, "skip"), {"reason": " "}).status_code == 422
    delivery.refresh_from_db()
    assert delivery.state == State.STUCK
    client.post(page(delivery, "skip"), {"reason": "Told by telephone"})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.SKIPPED, "Told by telephone")


def test_successful_probe_sends_waiting_deliveries_at_once(client, django_capture_on_commit_callbacks):
    now = timezone.now()
    later = now + timedelta(hours=6)
    waiting = DeliveryFactory(attempts=6, due_at=later, waits_since=now - timedelta(hours=9))
    planned = DeliveryFactory(due_at=later, waits_since=later)
    stuck = DeliveryFactory(state=State.STUCK)
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("email", "no answer", now)
    client.force_login(staff("change_delivery"))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("deliveries_board:probe", args=["email"]))
    for delivery, state in ((waiting, State.DONE), (planned, State.PENDING), (stuck, State.STUCK)):
        delivery.refresh_from_db()
        assert delivery.state == state
    assert planned.due_at == later


def test_failed_probe_leaves_deliveries_waiting(client, monkeypatch):
    def down():
        raise ConnectionRefusedError("no answer")

    monkeypatch.setattr(transports["email"], "probe", down)
    later = timezone.now() + timedelta(hours=6)
    waiting = DeliveryFactory(attempts=6, due_at=later, waits_since=timezone.now() - timedelta(hours=9))
    client.force_login(staff("change_delivery"))
    said = client.post(reverse("deliveries_board:probe", args=["email"]), follow=True).context["messages"]
    assert "no answer" in str(next(iter(said)))
    waiting.refresh_from_db()
    assert (waiting.state, waiting.due_at) == (State.PENDING, later)


def test_unconfigured_transport_cannot_be_probed(client):
    client.force_login(staff("change_delivery"))
    shown = client.get(INDEX).text
    assert reverse("deliveries_board:probe", args=["email"]) in shown
    for carrier in ("mastodon", "mailchimp", "pay_stripe_card", "print"):
        url = reverse("deliveries_board:probe", args=[carrier])
        assert url not in shown
        assert client.post(url).status_code == 404


def test_every_demo_transport_answers_its_probe(client, settings, tmp_path):
    settings.DEMO, settings.GED_URL = True, f"directory:{tmp_path}"
    client.force_login(staff("change_delivery"))
    found = dict(transports_with_test())
    assert {"email", "sms", "register", "ged", "pay_demo", "mastodon", "x", "news_sms", "news_push"} <= set(
        found
    )
    for key in found:
        shown = client.post(reverse("deliveries_board:probe", args=[key]), follow=True)
        [message] = shown.context["messages"]
        assert message.level_tag == "success", str(message)
