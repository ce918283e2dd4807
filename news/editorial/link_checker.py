"""Link checker for external addresses.

Only public hosts are requested, at each step of a redirect too. No body is read.
"""

import socket
import ssl
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit

from home.web import public_hosts

TIMEOUT = 6  # seconds per step
MAX_REDIRECTS, MAX_BYTES = 4, 32_768
PATH_SIGNS = "/%:@!$&'()*+,;=~-._?"
PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
NO_HEAD = {400, 403, 404, 405, 406, 501}  # some servers answer HEAD differently from GET
GONE_STATUSES = {404, 410}
AGENT = "Mozilla/5.0 (compatible; commune link check)"


class AddressNotAllowed(Exception):
    """The address must not be requested: another scheme, port, or with a user name."""


def link_error(url: str) -> str | None:
    """Return why an address does not answer; "" if it answers, None if that cannot be known."""
    try:
        for _step in range(MAX_REDIRECTS + 1):
            status, onward = _ask(url)
            if status not in REDIRECTS or not onward:
                return _said(status)
            url = urljoin(url, onward)
    except (AddressNotAllowed, public_hosts.InternalAddress):
        return None
    except (OSError, ValueError) as reason:
        return str(reason) or type(reason).__name__
    return "redirects in circles"


def _said(status: int) -> str | None:
    """Return the error of a status; "" if it is none, None if unknown.

    A server that refuses programs (401, 403, 429…) may answer browsers.
    """
    if status in GONE_STATUSES or status >= 500:
        return f"HTTP {status}"
    return "" if status < 400 else None


def _ask(url: str) -> tuple[int, str]:
    """Return the status of an address, and the target of a redirect."""
    status, onward = _request("HEAD", url)
    return _request("GET", url) if status in NO_HEAD else (status, onward)


def _request(method: str, url: str) -> tuple[int, str]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise AddressNotAllowed(url)
    if parts.port not in (None, PORTS[parts.scheme]):
        raise AddressNotAllowed(url)
    host = parts.hostname.encode("idna").decode("ascii")
    path = quote(parts.path or "/", safe=PATH_SIGNS) + (
        f"?{quote(parts.query, safe=PATH_SIGNS)}" if parts.query else ""
    )
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: {AGENT}",
        "Accept: */*",
        "Connection: close",
    ]
    until = monotonic() + TIMEOUT
    with _connection(parts.scheme, host) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
        return _head(connection, until)


def _head(connection: socket.socket, until: float) -> tuple[int, str]:
    """Return the status and the ``Location`` of a response without reading its body.

    Raise TimeoutError if the server is too slow, ValueError if its answer is no HTTP.
    """
    received = b""
    while b"\r\n\r\n" not in received and len(received) < MAX_BYTES:
        if (left := until - monotonic()) <= 0:
            raise TimeoutError("timed out")
        connection.settimeout(left)
        if not (piece := connection.recv(4096)):
            break
        received += piece
    first, *lines = received.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    protocol, _space, status = first.partition(" ")
    if not protocol.startswith("HTTP/") or not status[:3].isdecimal():
        raise ValueError("no HTTP")
    headers = dict(line.split(":", 1) for line in lines if ":" in line)
    onward = next((value.strip() for name, value in headers.items() if name.lower() == "location"), "")
    return int(status[:3]), onward


def _connection(scheme: str, host: str) -> socket.socket:
    """Connect to a public host. Its certificate is checked for the host name."""
    plain = public_hosts.connect(host, PORTS[scheme], TIMEOUT)
    if scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
