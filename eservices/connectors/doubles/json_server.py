"""The HTTP side of the doubles with a JSON interface: a bearer token, JSON in and out, no log."""

import json
import sys
from collections.abc import Mapping
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import unquote

MAX_BYTES = 5_000_000  # of a request
NO_JSON = object()  # the body of a request that is no JSON

type Answer = tuple[int, Any]  # status, and what becomes the JSON of the body


class JsonDouble(Protocol):
    """A double that answers requests. ``token``: without it, it answers nothing but the question who it is."""

    about: str
    token: str

    def reply(self, method: str, path: tuple[str, ...], headers: Mapping[str, str], body: Any) -> Answer:
        """Return the answer to a request with the right token. ``body``: None if empty, ``NO_JSON`` if malformed."""


class JsonHandler(BaseHTTPRequestHandler):
    """A handler that asks the double of its server."""

    server: "DoubleServer"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        content = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BYTES))
        double = self.server.double
        if self.path == "/":
            self.answer(HTTPStatus.OK, {"about": double.about})
        elif not self.is_known():
            self.answer(HTTPStatus.UNAUTHORIZED, {"error": "wrong token"})
        else:
            path = tuple(unquote(part) for part in self.path.strip("/").split("/"))
            self.answer(*double.reply(self.command, path, self.headers, read_json(content)))

    def is_known(self) -> bool:
        """Return whether the request has the token."""
        shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return compare_digest(shown.encode(), self.server.double.token.encode())

    def answer(self, status: int, body: Any) -> None:
        """Send an answer."""
        self.send(status, json.dumps(body, ensure_ascii=False).encode(), "application/json")

    def send(self, status: int, content: bytes, kind: str) -> None:
        """Send bytes as the answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Log nothing: what is sent may be about people."""


class DoubleServer(ThreadingHTTPServer):
    """A server of a double, which listens already."""

    daemon_threads = True

    def __init__(self, double: JsonDouble, host: str, port: int, handler: type[JsonHandler] = JsonHandler):
        self.double = double
        super().__init__((host, port), handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect before they have the answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def read_json(content: bytes) -> Any:
    """Return the data of a body; None if it is empty, ``NO_JSON`` if it is none."""
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return NO_JSON
