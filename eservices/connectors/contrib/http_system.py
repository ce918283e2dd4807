"""Business software with the JSON interface over HTTPS that ``docs/connectors.md`` describes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from home.web.http_client import HttpAnswer, HttpClient, HttpError, HttpRefused

from ..business_system import (
    Receipt,
    SystemRefused,
    SystemUnreachable,
    TransmissionRecord,
    UnreadableReceipt,
)
from ..configuration import Configuration
from ..exchange_formats.json_format import parse_json, record_as_data
from ..exchange_formats.receipt_reading import receipt_of_data
from .http_credentials import read_credentials

DEADLINE, IDLE = 60, 20  # seconds for an answer, and without data
MAX_BYTES = 1_000_000  # of an answer
LATER = {408, 425, 429}  # refusals that pass, beside 5xx
MOST_PAGES = 100  # of receipts in one go
ANSWERS = ("now", "polling", "callback")
TAKES = ("transmissions", "mutations")  # mutations: what a population register calls them


class HttpSystem:
    """A system that takes one record per request, and answers at once, when it is asked, or by calling us."""

    def __init__(self, values: Mapping[str, Any]):
        configuration = Configuration(values)
        self.url = configuration.text("url", required=True).rstrip("/")
        self.credentials = read_credentials(configuration)
        self.answers = configuration.choice("answers", ANSWERS, "now")
        self.takes = configuration.choice("takes", TAKES, "transmissions")
        for name in ("callback_token", "callback_key"):  # read by ``receipt_calls``
            configuration.text(name)
        for name, url in (("url", self.url), ("token_url", self.credentials.token_url)):
            if url and not _is_safe(url):
                configuration.refuse(name, _("Enter an address that begins with https://."))
        configuration.check()

    # -- Interface -------------------------------------------------------------------------------------------
    def send(self, records: list[TransmissionRecord]) -> list[Receipt]:
        """Post the records one by one. After a failure all are posted again: their keys make that harmless."""
        bodies = [record_as_data(one) for one in records]
        found = [self._post(body) for body in bodies]
        return [one for one in found if one]

    def receipts(self) -> Iterator[tuple[Receipt, str]]:
        if self.answers != "polling":
            return
        seen: set[str] = set()
        for _page in range(MOST_PAGES):
            new = [one for one in self._page_of_receipts() if one[1] not in seen]
            if not new:
                return
            seen |= {token for _receipt, token in new}
            yield from new

    def acknowledge(self, token: str) -> None:
        self._settle(token, {})

    def set_aside(self, token: str, reason: str) -> None:
        self._settle(token, {"set_aside": reason})

    def probe(self) -> None:
        """Ask for the state of the system, which changes nothing."""
        self._checked(self._ask("GET", "/status"))

    def close(self) -> None:
        """Do nothing: each request has its own connection."""

    # -- Requests --------------------------------------------------------------------------------------------
    def _post(self, body: dict[str, Any]) -> Receipt | None:
        """Send one record. Return the receipt, if the answer holds one about it."""
        answer = self._ask("POST", f"/{self.takes}", body, {"Idempotency-Key": body["key"]})
        if answer.status_code == 422:  # may be a refusal with reasons, and that is an answer
            try:
                return self._receipt_in(answer, body["key"])
            except SystemUnreachable:
                pass
        self._checked(answer)
        return self._receipt_in(answer, body["key"]) if answer.content.strip() else None

    def _receipt_in(self, answer: HttpAnswer, key: str) -> Receipt:
        try:
            receipt = receipt_of_data(parse_json(answer.content))
        except UnreadableReceipt as fault:
            raise SystemUnreachable(_("Its answer makes no sense: %(reason)s") % {"reason": fault}) from fault
        if receipt.key != key:
            raise SystemUnreachable(_("Its answer is about another transmission."))
        return receipt

    def _page_of_receipts(self) -> list[tuple[Receipt, str]]:
        """Return the receipts that wait, oldest first, with their ids. One that makes no sense is set aside."""
        answer = self._ask("GET", "/receipts")
        self._checked(answer)
        try:
            data = parse_json(answer.content)
        except UnreadableReceipt as fault:
            raise SystemUnreachable(_("Its answer makes no sense: %(reason)s") % {"reason": fault}) from fault
        rows = data.get("receipts") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise SystemUnreachable(_("Its answer makes no sense: %(reason)s") % {"reason": "receipts"})
        found = []
        for row in rows:
            token = str(row.get("id") or "") if isinstance(row, dict) else ""
            if not token.isprintable() or not token:
                raise SystemUnreachable(_("Its answer makes no sense: %(reason)s") % {"reason": "id"})
            try:
                found.append((receipt_of_data(row), token))
            except UnreadableReceipt as fault:
                self.set_aside(token, str(fault))
        return found

    def _settle(self, token: str, body: dict[str, str]) -> None:
        answer = self._ask("POST", f"/receipts/{quote(token, safe='')}/acknowledgement", body)
        if answer.status_code not in (404, 410):  # it is not there any longer, as it should be
            self._checked(answer)

    def _ask(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> HttpAnswer:
        """Return the answer, whatever its status. A token that was refused is fetched anew, once."""
        client = HttpClient(
            deadline=DEADLINE,
            idle=IDLE,
            max_bytes=MAX_BYTES,
            internal_hosts=settings.EXCHANGE_INTERNAL_HOSTS,
            tls=self.credentials.tls_context(),
        )
        answer = self._request(client, method, path, body, headers or {}, renew=False)
        if answer.status_code == 401 and self.credentials.token_url:
            answer = self._request(client, method, path, body, headers or {}, renew=True)
        return answer

    def _request(
        self, client: HttpClient, method: str, path: str, body, headers, *, renew: bool
    ) -> HttpAnswer:
        about = {"Accept": "application/json"} | headers | self.credentials.headers(client, renew=renew)
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        if content is not None:
            about["Content-Type"] = "application/json; charset=utf-8"
        try:
            return client.request(method, f"{self.url}{path}", headers=about, body=content)
        except HttpRefused as fault:
            raise SystemRefused(
                _("%(host)s is in an internal network: the operator may allow it by EXCHANGE_INTERNAL_HOSTS.")
                % {"host": urlsplit(self.url).hostname}
            ) from fault
        except HttpError as fault:
            raise SystemUnreachable(fault.kind) from fault

    def _checked(self, answer: HttpAnswer) -> None:
        """Raise unless the status is 2xx."""
        if 200 <= answer.status_code < 300:
            return
        text = _("It answered %(status)s.") % {"status": answer.status_code}
        if answer.status_code >= 500 or answer.status_code in LATER:
            raise SystemUnreachable(text)
        raise SystemRefused(text)


def _is_safe(url: str) -> bool:
    """Return whether an address is HTTPS, or plain HTTP to a host that the operator named."""
    try:
        place = urlsplit(url)
        host = place.hostname
    except ValueError:
        return False
    internal = host in settings.EXCHANGE_INTERNAL_HOSTS
    extra = place.query or place.fragment or place.username or place.password
    return bool(host) and not extra and (place.scheme == "https" or (place.scheme == "http" and internal))
