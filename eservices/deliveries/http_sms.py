"""SMS through any gateway that takes a JSON document by HTTPS: ``docs/operations.md`` describes it."""

from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.utils import timezone

from .carriers import CannotCarry, NotNow

TIMEOUT = (5, 20)  # seconds to connect, and between two signs of life
PAUSE = timedelta(minutes=5)
CANNOT_BE_READ = {404, 405, 501}  # what addresses that only take messages answer to a GET


class GatewayFault(Exception):
    """It did not work now, and may later."""


class HttpGateway:
    """Posts ``{to, text, sender, reference}`` to ``settings.SMS_URL``, and ``valid_until`` where the text holds until
    a moment. A message keeps its reference."""

    def send(self, *, to: str, text: str, idempotency_key: str, valid_until: datetime | None = None) -> None:
        content = {"to": to, "text": text, "sender": settings.SMS_SENDER, "reference": idempotency_key}
        if valid_until:
            content["valid_until"] = timezone.localtime(valid_until).isoformat(timespec="seconds")
        _judge(_ask("POST", json=content, headers={"Idempotency-Key": idempotency_key}))

    def probe(self) -> None:
        """Reads the address with our token, so that nothing is sent. One that cannot be read says so, and answers."""
        status = _ask("GET")
        if status not in CANNOT_BE_READ:
            _judge(status)


def _ask(method: str, headers: dict | None = None, **content) -> int:
    """The status that the gateway answers."""
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no password from elsewhere
        try:
            answer = session.request(
                method,
                settings.SMS_URL,
                headers={"Authorization": f"Bearer {settings.SMS_TOKEN}"} | (headers or {}),
                timeout=TIMEOUT,
                allow_redirects=False,
                **content,
            )
        except requests.RequestException as fault:
            raise GatewayFault(type(fault).__name__) from None
    return answer.status_code


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    if status == 429:
        raise NotNow(timezone.now() + PAUSE, "The gateway asks for patience.")
    in_vain = 400 <= status < 500 and status != 408
    raise (CannotCarry if in_vain else GatewayFault)(f"The gateway answered {status}.")
