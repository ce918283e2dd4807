"""SMS through any gateway that accepts JSON over HTTPS: ``docs/operations.md`` describes it."""

from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.utils import timezone

from . import retry_after
from .transports import PermanentFailure, RetryLater

TIMEOUT = (5, 20)  # seconds to connect, and between two received bytes
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


def _ask(method: str, headers: dict | None = None, **content) -> requests.Response:
    """Return the gateway's response. Raise GatewayFault if there is none."""
    with requests.Session() as session:
        session.trust_env = False  # ignore proxies and passwords of the environment
        try:
            return session.request(
                method,
                settings.SMS_URL,
                headers={"Authorization": f"Bearer {settings.SMS_TOKEN}"} | (headers or {}),
                timeout=TIMEOUT,
                allow_redirects=False,
                **content,
            )
        except requests.RequestException as fault:
            raise GatewayFault(type(fault).__name__) from None


def _judge(answer: requests.Response) -> None:
    status = answer.status_code
    if 200 <= status < 300:
        return
    if status == 429:
        raise RetryLater(retry_after.retry_at(answer, RETRY_PAUSE), "The gateway asks for patience.")
    in_vain = 400 <= status < 500 and status != 408
    raise (PermanentFailure if in_vain else GatewayFault)(f"The gateway answered {status}.")
