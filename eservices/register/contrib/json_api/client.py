"""A single HTTP request to the register, limited in time and size. No proxy, no redirect, no cookie."""

import json
import ssl
import time
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from urllib.parse import urlsplit

from home.web.bounded_reads import abort_at, read_bounded

from ...population_register import RegisterUnavailable

IDLE_TIMEOUT = 3  # seconds without data
TOTAL_TIMEOUT = 6  # seconds for the whole answer
MAX_BYTES = 256 * 1024  # of an answer
UNKNOWN = object()  # result of a 404


class RegisterClient:
    """The address of the register and the client's credentials: a token, a certificate, or both."""

    def __init__(self, url: str, token: str = "", certificate: str = "", key: str = "", authority: str = ""):
        self.url, self.token = url, token
        self.certificate, self.key, self.authority = certificate, key, authority

    def ask(self, method: str, path: str, body: dict | None = None):
        """Return the JSON of the answer; ``UNKNOWN`` for 404 to a GET.

        Raise ``RegisterUnavailable`` for any other failure.
        """
        try:
            connection = self._connection()
        except OSError as fault:  # raised for an unreadable certificate
            raise RegisterUnavailable(f"The certificate cannot be used: {fault}.") from None
        try:
            return self._answer(connection, method, path, body)
        except TimeoutError:
            raise RegisterUnavailable("It did not answer in time.") from None
        except (OSError, HTTPException) as fault:
            raise RegisterUnavailable(f"It cannot be reached: {type(fault).__name__}.") from None
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        place = urlsplit(self.url)
        if place.scheme != "https":
            return HTTPConnection(place.hostname, place.port, timeout=IDLE_TIMEOUT)
        context = ssl.create_default_context(cafile=self.authority or None)
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key or None)
        return HTTPSConnection(place.hostname, place.port, timeout=IDLE_TIMEOUT, context=context)

    def _answer(self, connection: HTTPConnection, method: str, path: str, body: dict | None):
        ends = time.monotonic() + TOTAL_TIMEOUT
        headers = {"Accept": "application/json", "Content-Type": "application/json", "Connection": "close"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        address = f"{urlsplit(self.url).path.rstrip('/')}/{path}"
        connection.request(method, address, None if body is None else json.dumps(body), headers)
        with abort_at(ends, partial(connection.sock.shutdown, SHUT_RDWR)):
            answer = connection.getresponse()
            if answer.status == 404 and method == "GET":
                return UNKNOWN
            if answer.status != 200:
                raise RegisterUnavailable(f"It answered {answer.status}.")
            return _json(read_bounded(answer, MAX_BYTES, ends))


def _json(content: bytes):
    if len(content) > MAX_BYTES:
        raise RegisterUnavailable("Its answer is too long.")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise RegisterUnavailable("Its answer is no JSON.") from None
