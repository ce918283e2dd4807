"""SMS through any gateway that accepts JSON over HTTPS: ``docs/settings.md`` describes it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from home.web.http_client import HttpAnswer, HttpClient, HttpError, configured_hosts

from . import retry_after
from .transports import PermanentFailure, RetryLater

IDLE_TIMEOUT, TOTAL_TIMEOUT = 20, 30  # seconds without data, and for a request
RETRY_PAUSE = timedelta(minutes=5)
CANNOT_BE_READ = {404, 405, 501}  # status codes for a GET to URLs that only accept a POST


class GatewayFault(Exception):
    """The attempt failed, but a later one may succeed."""


class HttpSmsGateway:
    """Gateway that posts ``{to, text, sender, reference}`` to ``settings.SMS_URL``.

    ``valid_until`` is added if the text is valid only until then. A message has the same reference at each attempt.
    """

    def send(self, *, to: str, text: str, idempotency_key: str, valid_until: datetime | None = None) -> None:
        content = {"to": to, "text": text, "sender": settings.SMS_SENDER, "reference": idempotency_key}
        if valid_until:
            content["valid_until"] = timezone.localtime(valid_until).isoformat(timespec="seconds")
        _judge(_ask("POST", json=content, headers={"Idempotency-Key": idempotency_key}))

    def probe(self) -> None:
        """Request the URL with our token, which sends nothing. A status such as 405 counts as available."""
        answer = _ask("GET")
        if answer.status_code not in CANNOT_BE_READ:
            _judge(answer)


def _ask(method: str, headers: dict | None = None, **content) -> HttpAnswer:
    """Return the gateway's response. Raise GatewayFault if there is none."""
    hosts = configured_hosts(settings.SMS_URL)
    headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}"} | (headers or {})
    try:
        client = HttpClient(deadline=TOTAL_TIMEOUT, idle=IDLE_TIMEOUT, internal_hosts=hosts)
        return client.request(method, settings.SMS_URL, headers=headers, **content)
    except HttpError as fault:
        raise GatewayFault(fault.kind) from None


def _judge(answer: HttpAnswer) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status == 429:
        raise RetryLater(retry_after.retry_at(answer, RETRY_PAUSE), "The gateway asks for patience.")
    in_vain = 400 <= status < 500 and status != 408
    raise (PermanentFailure if in_vain else GatewayFault)(f"The gateway answered {status}.")
