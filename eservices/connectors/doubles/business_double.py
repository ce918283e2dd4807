"""A double of business software with the JSON interface of ``docs/connectors.md``.

It is no business software: it stores in memory, registers nobody and forgets all when it ends. It refuses a
transmission that lacks a required field or has a value that is too long, asks back about a value that ends with a
question mark, and accepts the others, at once or after a delay.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from .json_server import NO_JSON, Answer


@dataclass
class BusinessDouble:
    """The memory of the double. ``delay``: seconds until it decides; 0 for at once."""

    token: str
    delay: float = 0
    required: tuple[str, ...] = ()
    longest: int = 100
    decided: dict[str, dict[str, Any]] = field(default_factory=dict)  # receipts by key
    bodies: dict[str, Any] = field(default_factory=dict)
    waiting: dict[str, float] = field(
        default_factory=dict
    )  # keys whose receipt is not acknowledged, and from when
    lock: threading.Lock = field(default_factory=threading.Lock)
    about = "A double of business software. It registers nobody."

    def reply(self, method: str, path: tuple[str, ...], headers: Mapping[str, str], body: Any) -> Answer:
        """Return the answer to a request, as ``docs/connectors.md`` describes it."""
        match (method, *path):
            case ("GET", "status"):
                return HTTPStatus.OK, {"status": "double"}
            case ("GET", "receipts"):
                return HTTPStatus.OK, {"receipts": self.ready_receipts()[:100]}
            case ("POST", "transmissions") if body is NO_JSON:
                return HTTPStatus.BAD_REQUEST, {"error": "no JSON"}
            case ("POST", "transmissions"):
                return self.take(body)
            case ("POST", "receipts", key, "acknowledgement"):
                return (HTTPStatus.OK if self.acknowledge(key) else HTTPStatus.NOT_FOUND), {}
        return HTTPStatus.NOT_FOUND, {"error": "unknown address"}

    def take(self, body: Any) -> Answer:
        """Return the status and the answer to a transmission. The same key gets the same answer."""
        if not is_transmission(body):
            return HTTPStatus.BAD_REQUEST, {"error": "a transmission has a key and fields"}
        key = body["key"]
        with self.lock:
            if key in self.bodies and self.bodies[key] != body:
                return HTTPStatus.CONFLICT, {"error": "this key came with another body"}
            if key not in self.bodies:
                self.bodies[key] = body
                self.decided[key] = self._decide(body, len(self.bodies))
                if self.delay:
                    self.waiting[key] = time.monotonic() + self.delay
        if self.delay:
            return HTTPStatus.ACCEPTED, {"key": key, "state": "received"}
        receipt = self.decided[key]
        refused = receipt["state"] == "refused"
        return (HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK), receipt

    def ready_receipts(self) -> list[dict[str, Any]]:
        """Return the receipts that are decided and not acknowledged, oldest first."""
        now = time.monotonic()
        with self.lock:
            return [self.decided[key] | {"id": key} for key, due in self.waiting.items() if due <= now]

    def acknowledge(self, key: str) -> bool:
        """Forget a receipt. Return whether it waited."""
        with self.lock:
            return self.waiting.pop(key, None) is not None

    def _decide(self, body: dict[str, Any], number: int) -> dict[str, Any]:
        fields = body["fields"]
        reasons = [{"field": one, "text": "is missing"} for one in self.required if not fields.get(one)]
        reasons += [
            {"field": name, "text": f"has more than {self.longest} characters"}
            for name, value in fields.items()
            if isinstance(value, str) and len(value) > self.longest
        ]
        if body.get("operation") == "withdrawal":
            reasons = []
        receipt: dict[str, Any] = {"key": body["key"], "their_reference": f"DOUBLE-{number:05}"}
        if reasons:
            return receipt | {"state": "refused", "their_reference": "", "reasons": reasons}
        for name, value in fields.items():
            if isinstance(value, str) and value.endswith("?"):
                return receipt | {"state": "asked_back", "question": f"What does {name} mean?"}
        return receipt | {"state": "accepted"}


def is_transmission(body: Any) -> bool:
    """Return whether a body has what the double needs of a transmission."""
    return (
        isinstance(body, dict) and isinstance(body.get("key"), str) and isinstance(body.get("fields"), dict)
    )
