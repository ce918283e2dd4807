"""SMS through any gateway that takes a JSON document by HTTPS: ``docs/operations.md`` describes it."""

from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.utils import timezone

from . import retry_after
from .transports import PermanentFailure, RetryLater

TIMEOUT = (5, 20)  # seconds to connect, and between two signs of life
RETRY_PAUSE = timedelta(minutes=5)
CANNOT_BE_READ = {404, 405, 501}  # what addresses that only take messages answer to a GET


class GatewayFault(Exception):
    """It did not work now, and may later."""


class HttpSmsGateway:
    """Posts ``{to, text, sender, reference}`` to ``settings.SMS_URL``, and ``valid_until`` where the text holds until
    a moment. A message keeps its reference."""

    def send(self, *, to: str, text: str, idempotency_key: str, valid_until: datetime | None = None) -> None:
        content = {"to": to, "text": text, "sender": settings.SMS_SENDER, "reference": idempotency_key}
        if valid_until:
            content["valid_until"] = timezone.localtime(valid_until).isoformat(timespec="seconds")
        _judge(_ask("POST", json=content, headers={"Idempotency-Key": idempotency_key}))

    def probe(self) -> None:
        """Reads the address with our token, so that nothing is sent. One that cannot be read says so, and answers."""
        answer = _ask("GET")
        if answer.status_code not in CANNOT_BE_READ:
            _judge(answer)


def _ask(method: str, headers: dict | None = None, **content) -> requests.Response:
    """What the gateway answers."""
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no password from elsewhere
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
