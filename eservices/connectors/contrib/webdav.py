"""A document store by WebDAV (RFC 4918): Nextcloud, SharePoint, Alfresco; ``webdavs://user:password@host/path``.

It follows no redirects and uses no proxy, so that files go only to the configured server.
"""

import time
import uuid
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR
from urllib.parse import SplitResult, quote, unquote, urlsplit

from home.web.bounded_reads import abort_at

from ..document_store import CHUNK, StoreUnreachable, partial_path

CONNECT, IDLE_TIMEOUT = 5, 60  # seconds to connect, and seconds without data
TOTAL_TIMEOUT = 8 * 60  # seconds for all requests of one delivery: less than a worker's claim
MADE, EXISTS, MISSING_ABOVE = 201, 405, 409


class WebDavStore:
    """A store for one delivery, because its time limit covers all requests together."""

    def __init__(self, url: SplitResult):
        scheme = "https" if url.scheme == "webdavs" else "http"
        port = f":{url.port}" if url.port else ""
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        self.root = f"{scheme}://{host}{port}{quote(unquote(url.path)).rstrip('/')}/"
        self.headers = {"Connection": "close"}
        if url.username:
            known = f"{unquote(url.username)}:{unquote(url.password or '')}"
            self.headers["Authorization"] = f"Basic {b64encode(known.encode()).decode()}"
        self.ends = time.monotonic() + TOTAL_TIMEOUT

    def claim(self, folder: str) -> bool:
        above = folder.rpartition("/")[0]
        status = self._mkcol(folder)
        if status == MISSING_ABOVE and above:
            self.claim(above)
            status = self._mkcol(folder)
        if status not in (MADE, EXISTS):
            raise StoreUnreachable(f"MKCOL {folder}: {status}")
        return status == MADE

    def write(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        begun = partial_path(path)
        # Many servers refuse a body without its length.
        self._ask("PUT", begun, chunks if size else b"", {"Content-Length": str(size)})
        self._ask("MOVE", begun, headers={"Destination": self.root + quote(path), "Overwrite": "T"})

    def read(self, path: str) -> Iterator[bytes]:
        with self._answer("GET", path) as answer:
            _expect_done(answer, "GET", path)
            while piece := answer.read(CHUNK):
                yield piece

    def probe(self) -> None:
        trial = f".probe-{uuid.uuid4().hex}"
        self._ask("PUT", trial, b"")
        self._ask("DELETE", trial)

    def _mkcol(self, folder: str) -> int:
        with self._answer("MKCOL", folder) as answer:
            return answer.status

    def _ask(self, method: str, path: str, body=None, headers: dict | None = None) -> None:
        with self._answer(method, path, body, headers) as answer:
            _expect_done(answer, method, path)

    @contextmanager
    def _answer(
        self, method: str, path: str, body=None, headers: dict | None = None
    ) -> Iterator[HTTPResponse]:
        """Send one request on its own connection and yield the response."""
        connection = self._connection()
        address = urlsplit(self.root).path + quote(path)
        try:
            connection.connect()
            connection.sock.settimeout(IDLE_TIMEOUT)
            with abort_at(self.ends, partial(connection.sock.shutdown, SHUT_RDWR)):
                connection.request(method, address, body, self.headers | (headers or {}))
                yield connection.getresponse()
        except (OSError, HTTPException) as fault:
            raise StoreUnreachable(f"{method} {path}: {type(fault).__name__}") from fault
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        place = urlsplit(self.root)
        kind = HTTPSConnection if place.scheme == "https" else HTTPConnection
        return kind(place.hostname, place.port, timeout=CONNECT)


def _expect_done(answer: HTTPResponse, method: str, path: str) -> None:
    if not 200 <= answer.status < 300:
        raise StoreUnreachable(f"{method} {path}: {answer.status} {answer.reason}")
