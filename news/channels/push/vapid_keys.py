"""The VAPID key, by which push services identify the site. The demo derives its own."""

import base64
import hashlib
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid, VapidException

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # order of the curve P-256


def is_configured() -> bool:
    """Return whether notifications are available."""
    return bool(settings.VAPID_PRIVATE_KEY) or settings.DEMO


class InvalidVapidKey(Exception):
    """The value of ``VAPID_PRIVATE_KEY`` is no key."""


def vapid_key() -> Vapid:
    try:
        return _read(settings.VAPID_PRIVATE_KEY or _of_the_demo())
    except (ValueError, TypeError, VapidException):
        raise InvalidVapidKey("VAPID_PRIVATE_KEY is no key.") from None


def public_key() -> str:
    """Return the public key for browsers: the uncompressed point in URL-safe base64."""
    point = vapid_key().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def generate_key() -> str:
    """Generate a key for ``VAPID_PRIVATE_KEY``."""
    return _encoded(ec.generate_private_key(ec.SECP256R1()))


@cache
def _read(text: str) -> Vapid:
    return Vapid.from_string(text)


def _of_the_demo() -> str:
    """Derive the demo's key from ``SECRET_KEY``: it stays the same after a restart, and nobody else has it."""
    seed = hashlib.sha256(f"vapid {settings.SECRET_KEY}".encode()).digest()
    number = int.from_bytes(seed) % (ORDER - 1) + 1
    return _encoded(ec.derive_private_key(number, ec.SECP256R1()))


def _encoded(private: ec.EllipticCurvePrivateKey) -> str:
    number = private.private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(32)).decode().rstrip("=")
