"""The HTTP client for other servers, limited in time and size, which reaches no internal address (SSRF).

Each request has its own connection: no proxy, no cookie, no password of the environment. A host name is resolved once,
all its addresses must be public, and the connection goes to an address that was checked, so that DNS rebinding has no
effect. Servers that the operator configured may be internal (``internal_hosts``). Each step of a redirect is checked
like the first address.
"""

import json as json_format
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import BadStatusLine, HTTPException, LineTooLong
from threading import Timer
from urllib.parse import unquote, urlencode, urljoin, urlsplit

from urllib3 import exceptions, filepost
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url

from .public_hosts import is_public

CONNECT_TIMEOUT = 10  # seconds for the connection and its TLS handshake, if the idle timeout is not shorter
PIECE = 65_536  # bytes per read
PORTS = {"http": 80, "https": 443}
REDIRECTS, FOLLOWED = {301, 302, 303, 307, 308}, {"GET", "HEAD"}
CREDENTIALS = {"Authorization", "Cookie"}  # headers that another server than the first does not get
HEADERS = {"User-Agent": "commune", "Accept": "*/*", "Connection": "close"}


class HttpError(Exception):
    """The request failed."""

    @property
    def kind(self) -> str:
        """The class of the cause, for logs: a message may contain what was sent."""
        return type(self.__cause__ or self).__name__


class HttpRefused(HttpError):
    """This client must not request the address."""


class InternalAddress(HttpRefused):
    """The host name resolves to an address that is not public."""


class HttpUnavailable(HttpError):
    """The server gave no usable answer."""


class HttpUnreachable(HttpUnavailable):
    """No connection to the server could be made."""


class HttpTimeout(HttpUnavailable):
    """The server did not answer in time."""

    kind = "TimeoutError"


class AnswerTooLarge(HttpUnavailable):
    """The answer has more bytes, or more headers, than are read."""


class RedirectLoop(HttpUnavailable):
    """The answer redirects more often than is followed."""


@dataclass(frozen=True)
class HttpAnswer:
    """An answer that was read to its end."""

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    reason: str = ""

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self):
        """Return the content as JSON. Raise ValueError if it is none."""
        try:
            return json_format.loads(self.content)
        except RecursionError:
            raise ValueError("JSON is nested too deeply") from None


@dataclass(frozen=True)
class HttpClient:
    """The limits of requests to one kind of server.

    ``deadline``: seconds for a request with its redirects and its answer; ``idle``: seconds without data.
    ``max_bytes``: of a decoded body. ``internal_hosts``: host names, in lower case, that are not checked.
    ``standard_ports``: only the ports 80 and 443 are requested. ``tls``: replaces the default, which trusts the
    authorities of the system.
    """

    deadline: float
    idle: float
    max_bytes: int = 1_000_000
    max_redirects: int = 0
    internal_hosts: Container[str] = ()
    standard_ports: bool = False
    tls: ssl.SSLContext | None = None

    def request(self, method: str, url: str, **content) -> HttpAnswer:
        """Return the whole answer, whatever its status. Arguments as of ``open``. Raise HttpError."""
        with self.open(method, url, **content) as answer:
            return HttpAnswer(answer.status_code, answer.headers, answer.read(), answer.reason)

    @contextmanager
    def open(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Iterator["OpenAnswer"]:
        """Yield the answer before its body is read. Raise HttpError.

        ``files``: name, content and media type by field, sent with ``form`` as multipart. ``body``: its length must be
        in ``headers`` if it is an iterable. Redirects of GET and HEAD are followed, if the client allows any.
        """
        content, about = _encode(body, json, form, files)
        headers = HEADERS | about | dict(headers or {})
        exchange = _Exchange(self)
        try:
            yield exchange.follow(method, url, headers, content)
        finally:
            exchange.close()


class OpenAnswer:
    """An answer whose body can be read once, until the deadline."""

    def __init__(self, exchange: "_Exchange", answer: HTTPResponse):
        self.exchange, self.answer = exchange, answer
        self.status_code, self.reason, self.headers = answer.status, answer.reason or "", answer.headers

    def read(self) -> bytes:
        """Return the body. Raise AnswerTooLarge if it is larger than the client reads."""
        found = b""
        while piece := self._piece():
            found += piece
            if len(found) > self.exchange.client.max_bytes:
                raise AnswerTooLarge("too large")
        return found

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield the body in pieces of ``size``, without a limit of its own."""
        while piece := self._read(size):
            yield piece

    def _piece(self) -> bytes:
        with self.exchange.translate_errors():
            return self.answer.read1(PIECE)

    def _read(self, size: int) -> bytes:
        with self.exchange.translate_errors():
            return self.answer.read(size)


class _Exchange:
    """A request with its redirects, and the alarm that ends it.

    A socket timeout is not enough: a server that sends slowly, without a pause, would block the worker.
    """

    def __init__(self, client: HttpClient):
        self.client, self.ends = client, time.monotonic() + client.deadline
        self.sockets: list[socket.socket] = []
        self.opened: list[socket.socket | HTTPConnection | HTTPResponse] = []
        self.alarm = Timer(max(client.deadline, 0), self.cut_off)
        self.alarm.daemon = True
        self.alarm.start()

    def follow(self, method: str, url: str, headers: dict, content) -> OpenAnswer:
        """Return the answer at the end of the redirects."""
        for _step in range(self.client.max_redirects + 1):
            answer = self._send(method, url, headers, content)
            onward = answer.headers.get("Location")
            followed = self.client.max_redirects and method in FOLLOWED and answer.status in REDIRECTS
            if not (followed and onward):
                return OpenAnswer(self, answer)
            with self.translate_errors():
                target = urljoin(url, onward.encode("latin-1").decode(errors="replace"))
                if urlsplit(target)[:2] != urlsplit(url)[:2]:
                    headers = {name: value for name, value in headers.items() if name not in CREDENTIALS}
            url = target
        raise RedirectLoop("redirects in circles")

    def _send(self, method: str, url: str, headers: dict, content) -> HTTPResponse:
        place = self._checked(url)
        if place.auth:
            headers = headers | {"Authorization": f"Basic {b64encode(unquote(place.auth).encode()).decode()}"}
        try:
            with self.translate_errors():
                connection = self._connection(place)
                connection.connect()
        except HttpUnavailable as fault:
            raise HttpUnreachable(*fault.args) from fault.__cause__
        connection.timeout = self.client.idle
        with self.translate_errors():
            connection.request(method, place.request_uri, content, headers, preload_content=False)
            answer = connection.getresponse()
        self.opened.append(answer)
        return answer

    def _checked(self, url: str) -> Url:
        """Return the parts of an address. Raise HttpRefused unless it may be requested, as far as its text shows."""
        try:
            place = parse_url(url)
        except exceptions.LocationParseError as fault:
            raise HttpUnavailable(str(fault)) from fault
        host = (place.host or "").strip("[]")
        named = place.auth is not None and host not in self.client.internal_hosts
        odd = self.client.standard_ports and place.port not in (None, PORTS.get(place.scheme))
        if place.scheme not in PORTS or not host or named or odd:
            raise HttpRefused(f"{place._replace(auth=None).url} is not allowed")
        return place._replace(host=host, port=place.port or PORTS[place.scheme])

    def _connection(self, place: Url) -> HTTPConnection:
        timeout = min(self.client.idle, CONNECT_TIMEOUT)
        if place.scheme == "https":
            tls = self.client.tls or ssl.create_default_context()
            connection = _TlsConnection(place.host, place.port, timeout=timeout, ssl_context=tls)
        else:
            connection = _PlainConnection(place.host, place.port, timeout=timeout)
        connection.exchange = self
        self.opened.append(connection)
        return connection

    def connect(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open a TCP connection, and remember it under a handle that the TLS handshake leaves in place."""
        left = self.ends - time.monotonic()
        found = connect(host, port, min(timeout, left), self.client.internal_hosts)
        handle = found.dup()
        self.sockets.append(handle)
        self.opened.append(handle)
        self._check_time()
        return found

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Translate errors of the block to HttpError. Raise HttpTimeout if the deadline has passed."""
        try:
            yield
        except (OSError, HTTPException, exceptions.HTTPError, ValueError) as fault:
            self._check_time()
            raise _translated(fault) from fault
        self._check_time()

    def _check_time(self) -> None:
        if time.monotonic() >= self.ends:
            raise HttpTimeout("timed out")

    def cut_off(self) -> None:
        for one in self.sockets:
            with suppress(OSError):  # already closed
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.alarm.cancel()
        for one in self.opened:
            with suppress(OSError):
                one.close()


class _CheckedConnection:
    """Mixin of urllib3's connections, which connects to an address that was checked."""

    exchange: _Exchange

    def _new_conn(self) -> socket.socket:
        return self.exchange.connect(self.host, self.port, self.timeout)


class _PlainConnection(_CheckedConnection, HTTPConnection):
    pass


class _TlsConnection(_CheckedConnection, HTTPSConnection):
    pass


def connect(host: str, port: int, timeout: float, internal_hosts: Container[str] = ()) -> socket.socket:
    """Open a TCP connection to the first address of ``host`` that accepts it, within ``timeout`` for all of them.

    Raise InternalAddress before connecting, unless all its addresses are public or ``host`` is exempt.
    """
    ends = time.monotonic() + timeout
    found = dict.fromkeys(row[4][0] for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    if host.lower() not in internal_hosts and not all(is_public(one) for one in found):
        raise InternalAddress(f"{host} is no public address")
    fault: OSError = OSError("no address")
    for address in found:
        try:
            return socket.create_connection((address, port), timeout=max(ends - time.monotonic(), 0.1))
        except OSError as one:
            fault = one
    raise fault


def configured_hosts(*urls: str) -> frozenset[str]:
    """Return the hosts of addresses that the operator configured: these may be internal."""
    return frozenset(host.strip("[]") for url in urls if (host := parse_url(url).host))


def _encode(body, json, form, files) -> tuple[bytes | Iterable[bytes] | None, dict[str, str]]:
    """Return a request body and its headers."""
    if json is not None:
        return json_format.dumps(json).encode(), {"Content-Type": "application/json"}
    if files is not None:
        content, kind = filepost.encode_multipart_formdata({**(form or {}), **files})
        return content, {"Content-Type": kind}
    if form is not None:
        return urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return body, {}


def _translated(fault: Exception) -> HttpUnavailable:
    if isinstance(fault, (TimeoutError, exceptions.TimeoutError)):
        return HttpTimeout("timed out")
    if isinstance(fault, LineTooLong) or type(fault) is HTTPException:  # the latter of too many headers
        return AnswerTooLarge("too many headers")
    if isinstance(fault, BadStatusLine):
        return HttpUnavailable("no HTTP")
    return HttpUnavailable(str(fault) or type(fault).__name__)
