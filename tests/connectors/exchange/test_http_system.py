"""Business software with the JSON interface: our double of it, and servers that lie."""

import base64
import json
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from eservices.connectors import receipt_calls
from eservices.connectors.business_system import (
    FieldReason,
    ReceiptState,
    SystemRefused,
    SystemUnreachable,
    business_systems,
)
from eservices.connectors.configuration import InvalidConfiguration
from eservices.connectors.contrib import http_credentials, http_system
from eservices.connectors.doubles.business_double import BusinessDouble
from eservices.connectors.doubles.json_server import DoubleServer
from tests.connectors.webdav_server import dripping
from tests.support.local_servers import Handler, Server, serving

from .records import make_record


@pytest.fixture(autouse=True)
def internal_hosts(settings):
    settings.EXCHANGE_INTERNAL_HOSTS = {"127.0.0.1"}


def made(url, **values):
    return business_systems["http"]({"url": url, "token": "double"} | values)


@pytest.fixture
def double():
    found = BusinessDouble("double", required=("name",), longest=20)
    with serving(DoubleServer(found, "127.0.0.1", 0)) as server:
        found.url = server.url
        yield found


def answering(*answers):
    """Return a server that gives these answers in turn, and the requests that it got."""
    left, seen = list(answers), []

    class Lying(Handler):
        def do_POST(self):
            seen.append((self.path, dict(self.headers), self.read()))
            status, body = left.pop(0) if len(left) > 1 else left[0]
            self.say(status, body if isinstance(body, bytes) else json.dumps(body).encode())

        do_GET = do_POST

    return Server(Lying), seen


# -- The double ------------------------------------------------------------------------------------------------
def test_record_is_accepted_at_once_and_only_once(double):
    record = make_record(1)
    for _attempt in range(2):
        [receipt] = made(double.url).send([record])
        assert (receipt.key, receipt.state, receipt.their_reference) == ("key-1", "accepted", "DOUBLE-00001")
    assert len(double.bodies) == 1


def test_refusal_names_the_fields(double):
    [receipt] = made(double.url).send([make_record(1, fields={"name": "", "street": "x" * 21})])
    assert receipt.state == ReceiptState.REFUSED
    assert receipt.reasons == (
        FieldReason(field="name", text="is missing"),
        FieldReason(field="street", text="has more than 20 characters"),
    )


def test_late_answer_is_fetched_and_acknowledged(double):
    double.delay = 0.01
    system = made(double.url, answers="polling")
    [receipt] = system.send([make_record(1, fields={"name": "Zoë?"})])
    assert receipt.state == ReceiptState.RECEIVED
    double.waiting = dict.fromkeys(double.waiting, 0)
    [(late, token)] = system.receipts()
    assert (late.state, late.question) == (ReceiptState.ASKED_BACK, "What does name mean?")
    system.acknowledge(token)
    system.acknowledge(token)  # after a crash
    assert list(system.receipts()) == []


def test_probe_needs_the_right_token(double):
    made(double.url).probe()
    with pytest.raises(SystemRefused, match="401"):
        made(double.url, token="wrong").probe()
    with pytest.raises(SystemUnreachable):
        made("http://127.0.0.1:9").probe()


# -- Servers that lie ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (200, b"<html>", SystemUnreachable),
        (200, {"key": "key-2", "state": "accepted"}, SystemUnreachable),
        (200, {"key": "key-1", "state": "perhaps"}, SystemUnreachable),
        (200, b"x" * 1_100_000, SystemUnreachable),
        (500, {}, SystemUnreachable),
        (429, {}, SystemUnreachable),
        (302, {}, SystemRefused),
        (403, {}, SystemRefused),
        (404, {}, SystemRefused),
        (422, {"error": "no"}, SystemRefused),
    ],
)
def test_answer_that_makes_no_sense_is_no_receipt(status, body, raised):
    server, _seen = answering((status, body))
    with serving(server), pytest.raises(raised):
        made(server.url).send([make_record(1)])


def test_key_is_the_idempotency_key_after_a_lost_answer():
    server, seen = answering((500, b""), (200, {"key": "key-1", "state": "accepted"}))
    with serving(server):
        with pytest.raises(SystemUnreachable):
            made(server.url).send([make_record(1)])
        [receipt] = made(server.url).send([make_record(1)])
    assert receipt.state == ReceiptState.ACCEPTED
    assert [headers["Idempotency-Key"] for _path, headers, _body in seen] == ["key-1", "key-1"]
    assert seen[0][2] == seen[1][2]


def test_server_that_sends_slowly_is_left(monkeypatch):
    monkeypatch.setattr(http_system, "DEADLINE", 0.3)
    with dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n") as url, pytest.raises(SystemUnreachable):
        made(f"http://127.0.0.1:{urlsplit(url).port}").send([make_record(1)])


def test_receipts_that_come_again_end():
    body = {"receipts": [{"id": "1", "key": "key-1", "state": "accepted"}, {"id": "2", "key": ""}]}
    server, seen = answering((200, body))
    with serving(server):
        assert [one.key for one, _token in made(server.url, answers="polling").receipts()] == ["key-1"]
    asked_back = [path for path, _headers, body in seen if b"set_aside" in body]
    assert set(asked_back) == {"/receipts/2/acknowledgement"}  # what made no sense is given back


def test_oauth_token_is_used_again_and_renewed(monkeypatch):
    monkeypatch.setattr(http_credentials, "_tokens", {})
    token = {"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}
    good = (200, {"key": "key-1", "state": "accepted"})
    server, seen = answering((200, token), good, (401, {}), (200, token | {"access_token": "new"}), good)
    with serving(server):
        values = {"token": "", "token_url": f"{server.url}/token", "client_id": "us", "client_secret": "s"}
        for _time in range(2):
            made(server.url, **values).send([make_record(1)])
    assert [path for path, _headers, _body in seen].count("/token") == 2
    assert b"grant_type=client_credentials" in seen[0][2]
    assert [headers.get("Authorization") for path, headers, _body in seen if path != "/token"] == [
        "Bearer abc",
        "Bearer abc",
        "Bearer new",
    ]


def test_internal_and_plain_addresses_are_refused(settings):
    settings.EXCHANGE_INTERNAL_HOSTS = set()
    for url in ("http://127.0.0.1:1", "https://a:b@system.example", "https://system.example/#x"):
        with pytest.raises(InvalidConfiguration):
            made(url)
    by_token = {"token": "", "token_url": "https://127.0.0.1:1", "client_id": "a", "client_secret": "b"}
    with pytest.raises(SystemRefused, match="EXCHANGE_INTERNAL_HOSTS"):
        made("https://system.example", **by_token).probe()
    with pytest.raises(SystemRefused, match="EXCHANGE_INTERNAL_HOSTS"):
        made("https://127.0.0.1:1").probe()


# -- Calls of theirs -------------------------------------------------------------------------------------------
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = b'{"key": "key-1", "state": "accepted"}'


def signed(now: float, key: str = KEY) -> dict[str, str]:
    """Return the headers of another implementation of the convention."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(now, UTC)
    signature = Webhook(key).sign("msg_1", moment, BODY.decode())
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(now)),
        "Webhook-Signature": f"v1a,x {signature}",
    }


def test_signed_call_is_authentic():
    now = 1_764_000_000
    assert receipt_calls.is_authentic({"callback_key": KEY}, signed(now), BODY, now + 200)


@pytest.mark.parametrize("change", ["late", "body", "key", "missing", "odd", "huge"])
def test_call_with_a_wrong_signature_is_not_authentic(change):
    now = 1_764_000_000
    other = "whsec_" + base64.b64encode(b"o" * 32).decode()
    headers = {} if change == "missing" else signed(now, other if change == "key" else KEY)
    headers |= {"Webhook-Timestamp": "x"} if change == "odd" else {}
    headers |= {"Webhook-Timestamp": "9" * 400} if change == "huge" else {}
    body = BODY + b" " if change == "body" else BODY
    assert not receipt_calls.is_authentic(
        {"callback_key": KEY}, headers, body, now + (400.0 if change == "late" else 0.0)
    )
