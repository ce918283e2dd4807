"""Signatures of the convention Standard Webhooks 1.0.0 (https://www.standardwebhooks.com), and their keys. Pure."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HMAC, ED25519 = "v1", "v1a"  # the versions of a signature
SYMMETRIC, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"  # before a key
KEY_BYTES = 32


class SigningKey(NamedTuple):
    """A key and the version of its signatures. ``text``: as the convention writes it."""

    version: str
    text: str


def new_key(version: str) -> str:
    """Return a new key: the shared secret of HMAC, or the private key of ed25519."""
    prefix = SYMMETRIC if version == HMAC else PRIVATE
    return prefix + b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def receiver_key(key: SigningKey) -> str:
    """Return what the receiver verifies with: the shared secret, or the public key."""
    if key.version == HMAC:
        return key.text
    return PUBLIC + b64encode(_private(key.text).public_key().public_bytes_raw()).decode()


def signed_headers(
    keys: Iterable[SigningKey], identifier: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers of a webhook. Each key signs, so that a receiver may know any of them."""
    content = f"{identifier}.{timestamp}.".encode() + body
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"{key.version},{_signature(key, content)}" for key in keys),
    }


def _signature(key: SigningKey, content: bytes) -> str:
    if key.version == HMAC:
        secret = b64decode(key.text.removeprefix(SYMMETRIC))
        return b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
    return b64encode(_private(key.text).sign(content)).decode()


def _private(text: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(b64decode(text.removeprefix(PRIVATE)))
