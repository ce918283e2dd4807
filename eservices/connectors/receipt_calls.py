"""Checks of calls by which business software sends us receipts. Pure.

A call has a bearer token, or a signature by the convention *Standard Webhooks* (standardwebhooks.com).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from django.utils.crypto import constant_time_compare

from .business_system import Receipt, UnreadableReceipt
from .exchange_formats.json_format import parse_json
from .exchange_formats.receipt_reading import receipt_of_data

TOLERANCE = 300  # seconds between their clock and ours
KEY_PREFIX = "whsec_"


def is_authentic(
    configuration: Mapping[str, Any], headers: Mapping[str, str], body: bytes, now: float
) -> bool:
    """Return whether a call comes from the system. ``headers``: in any case; ``now``: seconds since 1970."""
    lower = {name.lower(): value for name, value in headers.items()}
    key, token = configuration.get("callback_key"), configuration.get("callback_token")
    if key:
        return _is_signed(str(key), lower, body, now)
    shown = lower.get("authorization", "").removeprefix("Bearer ")
    return bool(token) and constant_time_compare(shown, str(token))


def receipts_of_call(body: bytes) -> list[Receipt]:
    """Return the receipts of a body: an object, or an object with a list of them. Raise ``UnreadableReceipt``."""
    data = parse_json(body)
    found = data.get("receipts") if isinstance(data, dict) and "receipts" in data else [data]
    if not isinstance(found, list) or len(found) > 1000:
        raise UnreadableReceipt("receipts")
    return [receipt_of_data(one) for one in found]


def _is_signed(key: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    about, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        secret = base64.b64decode(key.removeprefix(KEY_PREFIX), validate=True)
        if not secret or abs(now - int(sent)) > TOLERANCE:
            return False
    except (ValueError, OverflowError):  # also of base64; a time may be a very large number
        return False
    signed = hmac.new(secret, f"{about}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = base64.b64encode(signed).decode()
    given = [
        one.removeprefix("v1,") for one in headers.get("webhook-signature", "").split() if one[:3] == "v1,"
    ]
    return any(constant_time_compare(one, expected) for one in given)
