"""SMS through any gateway that takes a JSON document by HTTPS: ``docs/operations.md`` describes it."""

from datetime import timedelta

import requests
from django.conf import settings
from django.utils import timezone

from .carriers import CannotCarry, NotNow

TIMEOUT = (5, 20)  # seconds to connect, and between two signs of life
PAUSE = timedelta(minutes=5)


class GatewayFault(Exception):
    """It did not work now, and may later."""


class HttpGateway:
    """Posts ``{to, text, sender, reference}`` to ``settings.SMS_URL``. A message keeps its reference."""

    def send(self, *, to: str, text: str, idempotency_key: str) -> None:
        content = {"to": to, "text": text, "sender": settings.SMS_SENDER, "reference": idempotency_key}
        headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}", "Idempotency-Key": idempotency_key}
        with requests.Session() as session:
            session.trust_env = False  # no proxy and no password from elsewhere
            try:
                answer = session.post(
                    settings.SMS_URL, json=content, headers=headers, timeout=TIMEOUT, allow_redirects=False
                )
            except requests.RequestException as fault:
                raise GatewayFault(type(fault).__name__) from None
        _judge(answer.status_code)


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if status == 429:
        raise NotNow(timezone.now() + PAUSE, "The gateway asks for patience.")
    in_vain = 400 <= status < 500 and status != 408
    raise (CannotCarry if in_vain else GatewayFault)(f"The gateway answered {status}.")
