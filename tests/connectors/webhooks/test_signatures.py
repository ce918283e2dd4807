"""Signatures of webhooks, verified by the library of the convention, which is not ours."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from eservices.connectors.webhooks.logic.event_types import (
    EVENT_TYPES,
    KINDS,
    event_payload,
    parse_message_id,
)
from eservices.connectors.webhooks.logic.signatures import (
    ED25519,
    HMAC,
    SigningKey,
    new_key,
    receiver_key,
    signed_headers,
)

BODY = '{"type":"case.accepted","data":{"reference":"ORV-26-00042","service":"été"}}'.encode()


def made(version: str = HMAC) -> SigningKey:
    return SigningKey(version, new_key(version))


def headers(*keys: SigningKey, body: bytes = BODY) -> dict[str, str]:
    return signed_headers(keys, "evt_1", int(timezone.now().timestamp()), body)


def test_independent_library_accepts_signature():
    key = made()
    assert Webhook(key.text).verify(BODY, headers(key))["data"]["service"] == "été"


@pytest.mark.parametrize("change", ["body", "id", "time", "key"])
def test_independent_library_refuses_what_was_changed(change):
    key = made()
    sent, body, verifier = headers(key), BODY, Webhook(key.text)
    if change == "body":
        body = BODY.replace(b"accepted", b"refused")
    elif change == "id":
        sent["webhook-id"] = "evt_2"
    elif change == "time":
        sent["webhook-timestamp"] = str(int(sent["webhook-timestamp"]) - 1)
    else:
        verifier = Webhook(new_key(HMAC))
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body, sent)


def test_both_keys_of_a_rotation_verify():
    old, new = made(), made()
    sent = headers(new, old)
    assert Webhook(old.text).verify(BODY, sent) == Webhook(new.text).verify(BODY, sent)


def test_public_key_verifies_ed25519_signature():
    key, shared = made(ED25519), made()
    sent = headers(key, shared)
    assert Webhook(shared.text).verify(BODY, sent)  # a version that a receiver does not know is ignored
    version, _comma, signature = sent["webhook-signature"].split()[0].partition(",")
    public = Ed25519PublicKey.from_public_bytes(b64decode(receiver_key(key).removeprefix("whpk_")))
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + BODY
    public.verify(b64decode(signature), signed)
    assert version == "v1a"
    with pytest.raises(InvalidSignature):
        public.verify(b64decode(signature), signed + b" ")


def test_event_types_name_one_kind_each():
    assert len(KINDS) == len(EVENT_TYPES)


@pytest.mark.parametrize(
    "text", ["", "evt_1", "evt_zz_1", f"evt_{'0' * 32}_", "evt_" + "0" * 32 + "_9999999999"]
)
def test_foreign_message_id_is_none(text):
    assert parse_message_id(text) is None


def test_payload_leaves_out_names_and_reasons():
    about = {"case": "0", "reference": "ORV-26-00042", "service": "chiens", "number": 3}
    data = {"reason": "Marchetti", "name": "Élodie", "document": "d1", "amount": 1500}
    payload = event_payload("document_revoked", datetime(2026, 11, 25, 8, tzinfo=UTC), **about, data=data)
    assert payload["data"] == about | {"document": "d1"}
    assert payload["timestamp"] == "2026-11-25T08:00:00.000Z"
