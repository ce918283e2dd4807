"""A document store by WebDAV (RFC 4918): Nextcloud, SharePoint, Alfresco; ``webdavs://user:password@host/path``.

It follows no redirects and uses no proxy, so that files go only to the configured server.
"""

import time
import uuid
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, quote, unquote

from home.web.http_client import HttpClient, HttpError, OpenAnswer, configured_hosts

from ..document_store import CHUNK, StoreUnreachable, partial_path

IDLE_TIMEOUT = 60  # seconds without data
TOTAL_TIMEOUT = 8 * 60  # seconds for all requests of one delivery: less than a worker's claim
MADE, EXISTS, MISSING_ABOVE = 201, 405, 409


class WebDavStore:
    """A store for one delivery, because its time limit covers all requests together."""

    def __init__(self, url: SplitResult):
        scheme = "https" if url.scheme == "webdavs" else "http"
        port = f":{url.port}" if url.port else ""
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        self.root = f"{scheme}://{host}{port}{quote(unquote(url.path)).rstrip('/')}/"
        self.headers = {}
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
            yield from answer.pieces(CHUNK)

    def probe(self) -> None:
        trial = f".probe-{uuid.uuid4().hex}"
        self._ask("PUT", trial, b"")
        self._ask("DELETE", trial)

    def _mkcol(self, folder: str) -> int:
        with self._answer("MKCOL", folder) as answer:
            return answer.status_code

    def _ask(self, method: str, path: str, body=None, headers: dict | None = None) -> None:
        with self._answer(method, path, body, headers) as answer:
            _expect_done(answer, method, path)

    @contextmanager
    def _answer(self, method: str, path: str, body=None, headers: dict | None = None) -> Iterator[OpenAnswer]:
        """Send one request and yield the response."""
        client = HttpClient(
            deadline=self.ends - time.monotonic(),
            idle=IDLE_TIMEOUT,
            internal_hosts=configured_hosts(self.root),
        )
        try:
            with client.open(
                method, self.root + quote(path), headers=self.headers | (headers or {}), body=body
            ) as answer:
                yield answer
        except HttpError as fault:
            raise StoreUnreachable(f"{method} {path}: {fault.kind}") from fault


def _expect_done(answer: OpenAnswer, method: str, path: str) -> None:
    if not 200 <= answer.status_code < 300:
        raise StoreUnreachable(f"{method} {path}: {answer.status_code} {answer.reason}")
