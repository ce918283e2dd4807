"""Virus scan with clamd: its INSTREAM protocol, over TCP or a Unix socket."""

import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from home.web.error_messages import describe_error

CONNECT, ANSWER = 3, 20  # timeouts in seconds
REST = 30  # seconds without another attempt after a failure, so that requests do not wait for it file by file
CHUNK = 64 * 1024
AWAY = "scanner-away"


class ScannerUnavailable(Exception):
    """The virus scanner gave no verdict. The message is its answer."""


def is_configured() -> bool:
    return bool(settings.CLAMAV_URL)


def scan_content(chunks: Iterable[bytes]) -> str:
    """Return the name of the virus in the content; "" if it is clean.

    Raises ``ScannerUnavailable`` if the scanner gave no verdict. Never call it inside a transaction: it takes as long
    as the scanner does.
    """
    if cache.get(AWAY):
        raise ScannerUnavailable(cache.get(AWAY))
    try:
        said = _said(_stream(chunks))
    except OSError as fault:
        cache.set(AWAY, describe_error(fault), REST)
        raise ScannerUnavailable(describe_error(fault)) from fault
    if said.endswith(" OK"):
        return ""
    if said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerUnavailable(said or "no answer")


def _stream(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the command, each chunk after its length, and a length of zero as the end."""
    yield b"zINSTREAM\0"
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK):
            part = chunk[start : start + CHUNK]
            yield struct.pack("!I", len(part)) + part
    yield struct.pack("!I", 0)


def _said(parts: Iterable[bytes]) -> str:
    with _connected() as scanner:
        with suppress(BrokenPipeError, ConnectionResetError):  # the scanner may close the connection early
            for part in parts:
                scanner.sendall(part)
        return _line(scanner)


def _line(scanner: socket.socket) -> str:
    heard = b""
    while not heard.endswith(b"\0") and len(heard) < 4096 and (more := scanner.recv(4096)):
        heard += more
    return heard.rstrip(b"\0\n").decode("utf-8", "replace").strip()


def _connected() -> socket.socket:
    """Return a connection to ``CLAMAV_URL``: tcp://host:port or unix:///path."""
    address = urlsplit(settings.CLAMAV_URL)
    if address.scheme == "tcp":
        scanner = socket.create_connection((address.hostname, address.port), CONNECT)
    else:
        scanner = socket.socket(socket.AF_UNIX)
        scanner.settimeout(CONNECT)
        scanner.connect(address.path)
    scanner.settimeout(ANSWER)
    return scanner
