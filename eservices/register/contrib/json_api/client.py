"""A single HTTP request to the register, limited in time and size. No proxy, no redirect, no cookie."""

import json
import ssl

from home.web.http_client import AnswerTooLarge, HttpClient, HttpError, HttpTimeout, configured_hosts

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
        client = HttpClient(
            deadline=TOTAL_TIMEOUT,
            idle=IDLE_TIMEOUT,
            max_bytes=MAX_BYTES,
            internal_hosts=configured_hosts(self.url),
            tls=self._tls(),
        )
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with client.open(method, f"{self.url.rstrip('/')}/{path}", headers=headers, json=body) as answer:
                if answer.status_code == 404 and method == "GET":
                    return UNKNOWN
                if answer.status_code != 200:
                    raise RegisterUnavailable(f"It answered {answer.status_code}.")
                return _json(answer.read())
        except HttpTimeout:
            raise RegisterUnavailable("It did not answer in time.") from None
        except AnswerTooLarge:
            raise RegisterUnavailable("Its answer is too long.") from None
        except HttpError as fault:
            raise RegisterUnavailable(f"It cannot be reached: {fault.kind}.") from None

    def _tls(self) -> ssl.SSLContext:
        """Return how the register's certificate is checked, and the client's own certificate."""
        try:
            context = ssl.create_default_context(cafile=self.authority or None)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key or None)
        except OSError as fault:  # raised for an unreadable certificate
            raise RegisterUnavailable(f"The certificate cannot be used: {fault}.") from None
        return context


def _json(content: bytes):
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise RegisterUnavailable("Its answer is no JSON.") from None
