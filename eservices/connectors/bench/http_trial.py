"""Requests of the bench to the JSON interface of another system, with what the report shows of them."""

import hashlib
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from home.web.http_client import AnswerTooLarge, HttpClient, HttpError, HttpTimeout

from ..business_system import SystemRefused, SystemUnreachable
from ..contrib.http_credentials import HttpCredentials
from .clauses import Exchange, NotTried, Trial, check_time, expect_that

SHOWN = 4_000  # characters of a body in the report
WRONG = "wrong-token-of-the-bench"  # it opens nothing
REFUSED = {401, 403}


@dataclass(frozen=True)
class Reply:
    """An answer. ``data``: its JSON, read leniently, so that one fault breaks one clause; None if it is no JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""

    @cached_property
    def data(self) -> Any:
        try:
            return json.loads(self.content.decode(errors="replace").removeprefix("\ufeff"))
        except (ValueError, RecursionError):
            return None

    @property
    def is_utf8(self) -> bool:
        try:
            self.content.decode()
        except UnicodeDecodeError:
            return False
        return True

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


class HttpTrial(Trial):
    """A trial of a system at an address. ``internal``: whether the address may be of an internal network."""

    def __init__(
        self,
        url: str,
        credentials: HttpCredentials,
        sample: dict[str, Any],
        *,
        within: float,
        max_bytes: int,
        wait: float = 60,
        internal: bool = False,
    ):
        super().__init__(sample, within=within, wait=wait)
        self.url, self.credentials = url.rstrip("/"), credentials
        hosts = {urlsplit(one).hostname for one in (url, credentials.token_url)} - {None}
        self.limits = {
            "deadline": 2 * within,  # an answer that is late is told from none
            "idle": 2 * within,
            "max_bytes": max_bytes,
            "internal_hosts": hosts if internal else (),
        }
        self.replies: list[Reply] = []  # of all clauses
        self.too_large: str = ""  # request whose answer was too large
        self.secrets = {credentials.token, credentials.client_secret} - {""}  # that the report must not show
        self.contexts: dict[HttpCredentials, ssl.SSLContext] = {}

    @property
    def strangers(self) -> list[HttpCredentials]:
        """Credentials that the other system must refuse: none, and a wrong token."""
        authority = self.credentials.authority
        return [HttpCredentials(authority=authority), HttpCredentials(token=WRONG, authority=authority)]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        as_whom: HttpCredentials | None = None,
    ) -> Reply:
        """Return the answer, whatever its status. ``content``: sent instead of ``body``, if it is no JSON."""
        whom = self.credentials if as_whom is None else as_whom
        client = HttpClient(tls=self._tls_context(whom), **self.limits)
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
        about = {"Accept": "application/json"} | dict(headers or {})
        if content is not None:
            about["Content-Type"] = "application/json; charset=utf-8"
        try:
            about |= self._credential_headers(whom, client)
        except (SystemRefused, SystemUnreachable) as fault:  # the token of the beginning has ended
            raise NotTried(str(fault)) from fault
        shown = self._shown_request(method, path, headers, content, whom)
        began = time.monotonic()
        try:
            answer = client.request(method, f"{self.url}{path}", headers=about, body=content)
        except HttpError as fault:
            self.note(Exchange(shown, f"({fault})", time.monotonic() - began, answered=False))
            if isinstance(fault, AnswerTooLarge):
                self.too_large = f"{method} {path}"
            raise
        reply = Reply(answer.status_code, answer.headers, answer.content)
        self.note(Exchange(shown, self._shown_reply(reply), time.monotonic() - began))
        self.replies.append(reply)
        return reply

    def expect_status(self, reply: Reply, *allowed: int) -> None:
        """Raise ``ClauseBroken`` unless the status is one of the allowed."""
        expect_that(reply.status in allowed, f"The status is {reply.status}.")

    def _tls_context(self, whom: HttpCredentials) -> ssl.SSLContext:
        if whom not in self.contexts:
            self.contexts[whom] = whom.tls_context()
        return self.contexts[whom]

    def prepare(self) -> None:
        """Fetch a token, if one must be fetched. Raise ``SystemRefused`` or ``SystemUnreachable``."""
        self._credential_headers(
            self.credentials, HttpClient(tls=self._tls_context(self.credentials), **self.limits)
        )

    def _credential_headers(self, whom: HttpCredentials, client: HttpClient) -> dict[str, str]:
        headers = whom.headers(client)
        if whom == self.credentials:
            self.secrets |= {value.removeprefix("Bearer ") for value in headers.values()}
        return headers

    def _shown_request(self, method, path, headers, content, whom) -> str:
        stranger = "with a wrong token" if whom.token else "without credentials"
        known = "with credentials" if whom == self.credentials else stranger
        lines = [
            f"{method} {path} ({known})",
            *(f"{name}: {value}" for name, value in (headers or {}).items()),
        ]
        return "\n".join([*lines, *([self._hidden(shortened_body(content))] if content else [])])

    def _shown_reply(self, reply: Reply) -> str:
        lines = [f"{reply.status} {reply.media_type}".strip()]
        return self._hidden("\n".join([*lines, *([shortened_body(reply.content)] if reply.content else [])]))

    def _hidden(self, text: str) -> str:
        """Return the text without our secrets, which a server may send back."""
        for secret in self.secrets:
            text = text.replace(secret, "•••")
        return text


def shortened_body(content: bytes) -> str:
    """Return a body as text; a long one is cut, with its size and SHA-256."""
    text = content.decode(errors="backslashreplace")
    if len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}… ({len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()})"


# -- Clauses that every JSON interface has ---------------------------------------------------------------------
def check_refusal(trial: HttpTrial, requests: list[tuple[str, str, Any]]) -> None:
    """Check that requests without the right credentials are refused, and told nothing."""
    for method, path, body in requests:
        for whom in trial.strangers:
            status = _status_for(trial, whom, method, path, body)
            expect_that(status in REFUSED, f"{method} {path} is answered with {status}.")


def _status_for(trial: HttpTrial, whom: HttpCredentials, method: str, path: str, body: Any) -> int:
    """Return the status that somebody gets. A connection refused for its missing certificate counts as 401."""
    try:
        return trial.ask(method, path, body, as_whom=whom).status
    except HttpError as fault:
        if trial.credentials.certificate and not isinstance(fault, HttpTimeout):
            return 401
        raise


def check_json_type(trial: HttpTrial) -> None:
    """Check that the successful answers of the run so far are JSON by their Content-Type."""
    wrong = {one.media_type or "none" for one in _answers(trial) if one.media_type != "application/json"}
    expect_that(not wrong, f"The Content-Type is {', '.join(sorted(wrong))}.")


def check_utf8(trial: HttpTrial) -> None:
    """Check that the successful answers of the run so far are UTF-8."""
    expect_that(all(one.is_utf8 for one in _answers(trial)), "An answer is not in UTF-8.")


def check_limits(trial: HttpTrial) -> None:
    """Check that all answers of the run so far came in time, and none was too large."""
    check_time(trial)
    expect_that(not trial.too_large, f"The answer to {trial.too_large} is too large.")


def _answers(trial: HttpTrial) -> list[Reply]:
    """Return the successful answers of the run so far. Raise ``NotTried`` if there is none."""
    found = [one for one in trial.replies if one.content and (200 <= one.status < 300 or one.status == 422)]
    if not found:
        raise NotTried("There is no answer.")
    return found
