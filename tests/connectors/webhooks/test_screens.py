"""Screens of webhooks, for those who configure the site."""

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from eservices.connectors.webhooks import sending
from eservices.connectors.webhooks.logic.event_types import message_id
from eservices.connectors.webhooks.models import WebhookEndpoint
from eservices.deliveries import circuit_breaker
from eservices.deliveries.models import Circuit
from home.web import http_client
from tests.factories.accounts import SuperuserFactory
from tests.factories.cases import CaseFactory, member
from tests.factories.webhooks import EndpointFactory, messages, receiving, send_due

pytestmark = pytest.mark.django_db
ADDED = {"name": "Population", "url": "https://erp.example/hooks", "types": ["case.opened"], "services": []}


@pytest.fixture
def boss(client):
    boss = SuperuserFactory()
    client.force_login(boss)
    return boss


def page(endpoint, name="webhook", **more):
    return reverse(name, kwargs={"pk": endpoint.pk, **more})


def logged() -> list[str]:
    return list(
        ModelLogEntry.objects.filter(action="webhooks.endpoint")
        .order_by("pk")
        .values_list("data__what", flat=True)
    )


def test_added_endpoint_has_a_key_that_is_shown_by_post(client, boss):
    assert client.post(reverse("webhooks:add"), ADDED).status_code == 302
    endpoint = WebhookEndpoint.objects.get()
    key = endpoint.keys.get()
    shown = client.get(page(endpoint)).content.decode()
    assert key.value not in shown
    assert client.get(page(key, "webhook_key")).status_code == 405
    answer = client.post(page(key, "webhook_key"))
    assert key.value in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert logged() == ["shown"]


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example/hooks",
        "https://user:secret@erp.example/",
        "https://127.0.0.1/hooks",
        "https://[::1]/hooks",
        "https://10.1.2.3/hooks",
        "https://testserver/hooks",
        "ftp://erp.example/",
        "https://",
    ],
)
def test_address_that_must_not_be_called_is_refused(client, boss, url):
    assert client.post(reverse("webhooks:add"), ADDED | {"url": url}).status_code == 200
    assert not WebhookEndpoint.objects.exists()


def test_rotation_keeps_two_keys_and_ends_the_former(client, boss):
    endpoint = EndpointFactory()
    first = endpoint.keys.get()
    client.post(page(endpoint, "webhook_rotate"), {"version": "v1a"})
    assert endpoint.keys.valid(timezone.now()).count() == 2
    client.post(page(endpoint, "webhook_rotate"), {"version": "v1"})
    assert endpoint.keys.count() == 2  # refused: two at once are enough
    second = endpoint.keys.exclude(pk=first.pk).get()
    client.post(page(first, "webhook_key_end"))
    client.post(page(second, "webhook_key_end"))
    assert [*endpoint.keys.valid(timezone.now())] == [second]
    assert second.receiver_key.startswith("whpk_")
    assert logged() == ["rotated", "ended"]
    client.post(page(endpoint, "webhook_rotate"), {"version": "v9"})
    assert endpoint.keys.count() == 2


def test_test_button_shows_answer_and_lets_waiting_go(client, boss, monkeypatch):
    monkeypatch.setattr(http_client, "is_public", lambda address: True)
    monkeypatch.setattr(sending, "is_own_address", lambda url: False)
    with receiving() as server:
        endpoint = EndpointFactory(url=f"{server.url}/hooks", types=["case.opened"])
        server.answers["/hooks"] = 500, {}
        CaseFactory()
        for _failure in range(circuit_breaker.FAILURES):
            circuit_breaker.record_failure(f"webhook:{endpoint.pk}", "HTTP 500", timezone.now())
        assert "HTTP 500" in client.post(page(endpoint, "webhook_test"), follow=True).content.decode()
        server.answers.clear()
        assert "HTTP 204" in client.post(page(endpoint, "webhook_test"), follow=True).content.decode()
        assert not Circuit.objects.failing().exists()
        send_due()
        assert messages()[0].state == "done"
    shown = client.get(page(endpoint)).content.decode()
    assert messages()[0].webhook.case.reference in shown
    assert logged() == ["tested", "tested"]


def test_disabled_endpoint_is_enabled_by_hand(client, boss):
    endpoint = EndpointFactory()
    client.post(page(endpoint, "webhook_switch", to="off"))
    endpoint.refresh_from_db()
    assert not endpoint.is_enabled
    client.post(page(endpoint, "webhook_switch", to="on"))
    endpoint.refresh_from_db()
    assert endpoint.is_enabled
    assert client.post(page(endpoint, "webhook_switch", to="up")).status_code == 404
    assert logged() == ["disabled", "enabled"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"since": "2026-11-25T08:00"}, 302),
        ({"event": "known"}, 302),
        ({}, 422),
        ({"since": "yesterday"}, 422),
        ({"since": "2026-11-25T08:00", "event": "evt_1"}, 422),
        ({"event": "evt_1"}, 422),
        ({"event": "\0"}, 422),
    ],
)
def test_replay_begins_at_a_time_or_an_event(client, boss, given, status):
    endpoint, case = EndpointFactory(), CaseFactory()
    if given.get("event") == "known":
        given = {"event": message_id(case.pk, 1)}
    assert client.post(page(endpoint), given).status_code == status
    assert WebhookEndpoint.objects.replaying().exists() == (status == 302)


def test_deleting_skips_what_waits(client, boss):
    endpoint = EndpointFactory()
    CaseFactory()
    assert client.post(page(endpoint, "webhooks:delete")).status_code == 302
    assert not WebhookEndpoint.objects.exists()
    assert {delivery.state for delivery in messages()} == {"skipped"}
    assert ModelLogEntry.objects.filter(action="wagtail.delete", label=endpoint.name, user=boss).exists()


def test_other_staff_are_not_let_in(client):
    endpoint = EndpointFactory()
    client.force_login(member())
    assert client.get(page(endpoint)).status_code == 404
    for name in ("webhook_test", "webhook_rotate"):
        assert client.post(page(endpoint, name)).status_code == 404
    assert client.post(page(endpoint.keys.get(), "webhook_key")).status_code == 404
