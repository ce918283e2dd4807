"""One question over HTTP, bounded in time and size. No proxy, no redirect, no cookie."""

import json
import ssl
import time
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from urllib.parse import urlsplit

from home.patience import ended_at, read

from ...registers import Away

PAUSE = 3  # seconds that a connection may say nothing
WHOLE = 6  # seconds that an answer may take in all
MOST = 256 * 1024  # bytes of an answer
UNKNOWN = object()  # the answer that there is no such thing


class Wire:
    """Where the register is, and how we show who we are: by a token, by a client certificate, or both."""

    def __init__(self, url: str, token: str = "", certificate: str = "", key: str = "", authority: str = ""):
        self.url, self.token = url, token
        self.certificate, self.key, self.authority = certificate, key, authority

    def ask(self, method: str, path: str, body: dict | None = None):
        """The JSON of the answer; ``UNKNOWN`` where there is no such thing. ``Away`` for all else that may happen."""
        try:
            connection = self._connection()
        except OSError as fault:  # a certificate that cannot be read
            raise Away(f"The certificate cannot be used: {fault}.") from None
        try:
            return self._answer(connection, method, path, body)
        except TimeoutError:
            raise Away("It did not answer in time.") from None
        except (OSError, HTTPException) as fault:
            raise Away(f"It cannot be reached: {type(fault).__name__}.") from None
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        place = urlsplit(self.url)
        if place.scheme != "https":
            return HTTPConnection(place.hostname, place.port, timeout=PAUSE)
        context = ssl.create_default_context(cafile=self.authority or None)
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key or None)
        return HTTPSConnection(place.hostname, place.port, timeout=PAUSE, context=context)

    def _answer(self, connection: HTTPConnection, method: str, path: str, body: dict | None):
        ends = time.monotonic() + WHOLE
        headers = {"Accept": "application/json", "Content-Type": "application/json", "Connection": "close"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        address = f"{urlsplit(self.url).path.rstrip('/')}/{path}"
        connection.request(method, address, None if body is None else json.dumps(body), headers)
        with ended_at(ends, partial(connection.sock.shutdown, SHUT_RDWR)):
            answer = connection.getresponse()
            if answer.status == 404 and method == "GET":
                return UNKNOWN
            if answer.status != 200:
                raise Away(f"It answered {answer.status}.")
            return _json(read(answer, MOST, ends))


def _json(content: bytes):
    if len(content) > MOST:
        raise Away("Its answer is too long.")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Away("Its answer is no JSON.") from None
