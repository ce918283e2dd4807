"""WebDAV (RFC 4918), which Nextcloud, SharePoint and Alfresco speak: ``webdavs://user:password@host/path``."""

import uuid
from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, quote, unquote

import requests

from ..ged import CHUNK, Unreachable

TIMEOUT = (5, 60)  # seconds to connect, and between two signs of life
MADE, EXISTS, MISSING_ABOVE = 201, 405, 409


class WebDav:
    def __init__(self, url: SplitResult):
        scheme = "https" if url.scheme == "webdavs" else "http"
        port = f":{url.port}" if url.port else ""
        self.root = f"{scheme}://{url.hostname}{port}{quote(unquote(url.path)).rstrip('/')}/"
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy and no password from elsewhere
        if url.username:
            # As bytes: requests would take a password for Latin-1.
            self.session.auth = tuple(unquote(part or "").encode() for part in (url.username, url.password))

    def claim(self, folder: str) -> bool:
        above = folder.rpartition("/")[0]
        status = self._mkcol(folder)
        if status == MISSING_ABOVE and above:
            self.claim(above)
            status = self._mkcol(folder)
        if status not in (MADE, EXISTS):
            raise Unreachable(f"MKCOL {folder}: {status}")
        return status == MADE

    def write(self, path: str, chunks: Iterable[bytes], size: int) -> None:
        above, _slash, _name = path.rpartition("/")
        unfinished = f"{above}/.{uuid.uuid4().hex}.part"
        self._ask("PUT", unfinished, data=_Sized(chunks, size) if size else b"")
        target = {"Destination": self._url(path), "Overwrite": "T"}
        self._ask("MOVE", unfinished, headers=target)

    def read(self, path: str) -> Iterator[bytes]:
        with self._ask("GET", path, stream=True) as answer:
            try:
                yield from answer.iter_content(CHUNK)
            except requests.RequestException as fault:
                raise Unreachable(str(fault)) from fault

    def probe(self) -> None:
        trial = f".probe-{uuid.uuid4().hex}"
        self._ask("PUT", trial, data=b"")
        self._ask("DELETE", trial)

    def _mkcol(self, folder: str) -> int:
        return self._send("MKCOL", folder).status_code

    def _ask(self, method: str, path: str, **options) -> requests.Response:
        answer = self._send(method, path, **options)
        if not 200 <= answer.status_code < 300:
            answer.close()
            raise Unreachable(f"{method} {path}: {answer.status_code} {answer.reason}")
        return answer

    def _send(self, method: str, path: str, **options) -> requests.Response:
        """Does not follow where the server leads: what is filed goes where the operator said."""
        try:
            return self.session.request(
                method, self._url(path), timeout=TIMEOUT, allow_redirects=False, **options
            )
        except requests.RequestException as fault:
            raise Unreachable(f"{method} {path}: {type(fault).__name__}") from fault

    def _url(self, path: str) -> str:
        return self.root + quote(path)


class _Sized:
    """Pieces to send whose length is known: many servers refuse a body without ``Content-Length``."""

    def __init__(self, chunks: Iterable[bytes], size: int):
        self.chunks, self.size = chunks, size

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)
