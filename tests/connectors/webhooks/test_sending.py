"""Events on their way to a receiver: signed, in order, apart for each endpoint, and to no internal address."""

import json
import socket
from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from eservices.cases import actions as case_actions
from eservices.cases.actions.decision_notification import consent
from eservices.cases.actors import Applicant
from eservices.cases.appealable_decisions.actions import open_decision
from eservices.connectors.webhooks import actions, jobs, sending
from eservices.connectors.webhooks.logic.event_types import message_id
from eservices.connectors.webhooks.models import WebhookEndpoint, WebhookMessage
from eservices.deliveries.actions import retry_now
from eservices.deliveries.models import Circuit, Delivery
from eservices.deliveries.transports import transport_label
from home.web import http_client
from tests.factories.cases import CaseFactory, another_service, member
from tests.factories.letter_templates import RemediesFactory
from tests.factories.webhooks import EndpointFactory, messages, receiving, send_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(monkeypatch):
    """Run a receiver on the loopback interface, which counts as public."""
    monkeypatch.setattr(http_client, "is_public", lambda address: True)
    monkeypatch.setattr(sending, "is_own_address", lambda url: False)
    with receiving() as server:
        yield server


def types_got(receiver) -> list[str]:
    return [json.loads(body)["type"] for _headers, body in receiver.got]


def states() -> list[str]:
    return [delivery.state for delivery in messages()]


def accepted():
    return CaseFactory(accepted=True)


def test_event_arrives_signed_without_personal_data(receiver):
    endpoint = EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened"])
    case = CaseFactory()
    send_due()
    [(headers, body)] = receiver.got
    told = Webhook(endpoint.keys.get().value).verify(body, headers)
    assert told["type"] == "case.opened"
    assert told["data"] == {
        "case": str(case.pk),
        "reference": case.reference,
        "service": case.form.slug,
        "number": 1,
    }
    assert headers["webhook-id"] == message_id(case.pk, 1)
    assert headers["Content-Type"] == "application/json"
    assert states() == ["done"]


def test_endpoint_gets_chosen_events_and_services_only():
    chosen = EndpointFactory(types=["case.opened", "case.refused"])
    other = EndpointFactory()
    other.services.add(another_service())
    EndpointFactory(disabled_at=timezone.now())
    accepted()
    CaseFactory(rehearsal=True)
    assert [message.endpoint for message in WebhookMessage.objects.all()] == [chosen]
    assert WebhookMessage.objects.get().type == "case.opened"


def test_event_without_endpoint_costs_one_query(django_assert_num_queries):
    case = CaseFactory()
    event = case.events.first()
    with django_assert_num_queries(1):
        actions.queue_event(actor=None, case=case, event=event)


def test_events_of_a_case_arrive_in_order(receiver):
    EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened", "case.accepted"])
    accepted()
    first, _second = messages()
    receiver.answers["/hooks"] = 500, {}
    send_due()
    assert types_got(receiver) == ["case.opened"]
    assert states() == ["pending", "pending"]
    assert messages()[1].due_at >= messages()[0].due_at
    receiver.answers.clear()
    retry_now(actor=None, delivery=first)
    send_due()
    send_due()
    assert types_got(receiver) == ["case.opened", "case.opened", "case.accepted"]
    assert states() == ["done", "done"]


def test_failing_endpoint_holds_up_no_other(receiver):
    receiver.answers["/down"] = 500, {}
    down = EndpointFactory(url=f"{receiver.url}/down", types=["case.opened"])
    EndpointFactory(url=f"{receiver.url}/up", types=["case.opened"])
    for _case in range(6):
        CaseFactory()
    send_due()
    assert sorted(states()) == ["done"] * 6 + ["pending"] * 6
    [circuit] = Circuit.objects.exclude(open_until=None)
    assert circuit.carrier == f"webhook:{down.pk}"
    assert down.name in transport_label(circuit.carrier)
    assert len(receiver.got) == 5 + 6  # the circuit opened after five


def test_answer_410_disables_endpoint(receiver):
    receiver.answers["/hooks"] = 410, {}
    endpoint = EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened"])
    CaseFactory()
    CaseFactory()
    send_due()
    endpoint.refresh_from_db()
    assert not endpoint.is_enabled
    assert "410" in endpoint.disabled_because
    assert states() == ["skipped", "skipped"]
    CaseFactory()
    assert len(messages()) == 2


def test_retry_after_is_kept(receiver):
    receiver.answers["/hooks"] = 429, {"Retry-After": "1800"}
    EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened"])
    CaseFactory()
    send_due()
    [waiting] = messages()
    assert timedelta(minutes=29) < waiting.due_at - timezone.now() <= timedelta(minutes=30)
    assert waiting.attempts == 0


def test_redirect_is_not_followed(receiver):
    receiver.answers["/hooks"] = 307, {"Location": f"{receiver.url}/elsewhere"}
    EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened"])
    CaseFactory()
    send_due()
    assert len(receiver.got) == 1
    assert "307" in messages()[0].reason


def test_internal_address_is_not_reached(monkeypatch):
    """The name of the receiver resolves to an internal address since it was saved."""
    asked = []

    def resolve(host, port, **options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with receiving() as server:
        EndpointFactory(url=f"http://erp.example:{server.server_port}/hooks", types=["case.opened"])
        CaseFactory()
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        send_due()
        assert server.got == []
    assert asked == ["erp.example"]  # once: the address that was judged is the one of the connection
    assert states() == ["pending"]
    assert "réseau interne" in messages()[0].reason


def test_own_address_is_refused(settings):
    settings.ALLOWED_HOSTS = ["www.orvenay.example"]
    EndpointFactory(url="https://www.orvenay.example/hooks", types=["case.opened"])
    CaseFactory()
    send_due()
    assert "de ce site" in messages()[0].reason


def test_message_without_key_is_not_sent(receiver):
    endpoint = EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened"])
    endpoint.keys.all().delete()
    CaseFactory()
    send_due()
    assert receiver.got == []
    assert "pas de clé" in messages()[0].reason


def test_decision_is_told_after_the_applicant_opened_it(receiver, django_capture_on_commit_callbacks):
    EndpointFactory(url=f"{receiver.url}/hooks", types=["case.refused"])
    RemediesFactory()
    case = CaseFactory(settings={"remedies": "recours"})
    link = Applicant(link=case.links.get(mailed=True))
    consent.give_consent(actor=link, case=case)
    case_actions.refuse_case(actor=member(), case=case, reason="Vous n’habitez pas ici.")
    send_due()
    assert (receiver.got, states()) == ([], ["pending"])
    assert messages()[0].due_at > timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        open_decision(actor=link, case=case, decision=case.formal_decisions.get())
    send_due()
    assert types_got(receiver) == ["case.refused"]


def test_replay_sends_events_again_with_the_same_id(receiver):
    endpoint = EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened", "case.accepted"])
    case, other = accepted(), CaseFactory(rehearsal=True)
    send_due()
    send_due()
    actions.start_replay(actor=None, endpoint=endpoint, event=message_id(case.pk, 1))
    jobs.continue_replays(timezone.now())
    send_due()
    assert types_got(receiver) == ["case.opened", "case.accepted", "case.accepted"]
    assert receiver.got[1][0]["webhook-id"] == receiver.got[2][0]["webhook-id"]
    actions.start_replay(actor=None, endpoint=endpoint, since=timezone.now() - timedelta(hours=1))
    jobs.continue_replays(timezone.now())
    assert len(messages()) == 5
    assert not WebhookEndpoint.objects.replaying().exists()
    assert not WebhookMessage.objects.filter(case=other).exists()
    with pytest.raises(actions.WebhookRefused):
        actions.start_replay(actor=None, endpoint=endpoint, event=message_id(other.pk, 1))


def test_replay_sends_what_was_given_up(receiver):
    endpoint = EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened"])
    CaseFactory()
    Delivery.objects.filter(pk=messages()[0].pk).update(state="stuck")
    actions.start_replay(actor=None, endpoint=endpoint, since=timezone.now() - timedelta(hours=1))
    jobs.continue_replays(timezone.now())
    send_due()
    assert types_got(receiver) == ["case.opened"]


def test_replay_continues_in_batches_and_repeats_none(monkeypatch):
    monkeypatch.setattr(actions, "BATCH_SIZE", 2)
    endpoint = EndpointFactory(types=["case.opened"])
    for _case in range(5):
        CaseFactory()
    Delivery.objects.filter(pk__in=[one.pk for one in messages()[:4]]).update(state="done")
    actions.start_replay(actor=None, endpoint=endpoint, since=timezone.now() - timedelta(hours=1))
    for _round in range(3):
        jobs.continue_replays(timezone.now())
    assert sorted(states()) == ["done"] * 4 + ["pending"] * 5


def test_ended_messages_and_keys_are_deleted_after_a_month(receiver):
    endpoint = EndpointFactory(url=f"{receiver.url}/hooks", types=["case.opened"])
    CaseFactory()
    send_due()
    CaseFactory()
    actions.rotate_key(actor=None, endpoint=endpoint, version="v1a")
    actions.delete_old_messages(now=timezone.now() + timedelta(days=29))
    assert len(messages()) == 2
    actions.delete_old_messages(now=timezone.now() + timedelta(days=32))
    assert states() == ["pending"]
    assert endpoint.keys.count() == 1
