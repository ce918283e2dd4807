"""A double of business software with the JSON interface of ``docs/connectors.md``.

It is no business software: it stores in memory, registers nobody and forgets all when it ends. It refuses a
transmission that lacks a required field or has a value that is too long, asks back about a value that ends with a
question mark, and accepts the others, at once or after a delay.
"""

import json
import threading
import time
from dataclasses import dataclass, field
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_BYTES = 5_000_000


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

    def take(self, body: Any) -> tuple[int, dict[str, Any]]:
        """Return the status and the answer to a transmission. The same key gets the same answer."""
        if not isinstance(body, dict) or not isinstance(body.get("key"), str) or "fields" not in body:
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
        fields = body["fields"] if isinstance(body["fields"], dict) else {}
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


class BusinessHandler(BaseHTTPRequestHandler):
    """The addresses of the double."""

    server: "BusinessServer"

    def do_GET(self) -> None:
        if self.path == "/":
            self.answer(HTTPStatus.OK, {"about": "A double of business software. It registers nobody."})
        elif not self.is_known():
            self.answer(HTTPStatus.UNAUTHORIZED, {"error": "wrong token"})
        elif self.path == "/status":
            self.answer(HTTPStatus.OK, {"status": "double"})
        elif self.path == "/receipts":
            self.answer(HTTPStatus.OK, {"receipts": self.server.double.ready_receipts()[:100]})
        else:
            self.answer(HTTPStatus.NOT_FOUND, {"error": "unknown address"})

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(min(size, MAX_BYTES))
        parts = self.path.strip("/").split("/")
        if not self.is_known():
            self.answer(HTTPStatus.UNAUTHORIZED, {"error": "wrong token"})
        elif parts == ["transmissions"]:
            try:
                body = json.loads(content)
            except (ValueError, RecursionError):
                self.answer(HTTPStatus.BAD_REQUEST, {"error": "no JSON"})
            else:
                self.answer(*self.server.double.take(body))
        elif len(parts) == 3 and (parts[0], parts[2]) == ("receipts", "acknowledgement"):
            known = self.server.double.acknowledge(parts[1])
            self.answer(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND, {})
        else:
            self.answer(HTTPStatus.NOT_FOUND, {"error": "unknown address"})

    def is_known(self) -> bool:
        shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(shown.encode(), self.server.double.token.encode())

    def answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Log nothing: what is sent may be about people."""


class BusinessServer(ThreadingHTTPServer):
    """A server of a double, which listens already."""

    daemon_threads = True

    def __init__(self, double: BusinessDouble, host: str, port: int):
        self.double = double
        super().__init__((host, port), BusinessHandler)
