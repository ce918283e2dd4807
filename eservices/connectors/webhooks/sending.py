"""The HTTP request of a webhook, which reaches no address of an internal network and none of our own."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _
from wagtail.models import Site

from eservices.deliveries.retry_after import retry_at
from eservices.deliveries.transports import RetryLater
from home.web.http_client import HttpAnswer, HttpClient, HttpError, InternalAddress
from home.web.public_hosts import is_public

from .logic.signatures import signed_headers
from .models import WebhookEndpoint

IDLE_TIMEOUT, TOTAL_TIMEOUT = 10, 15  # seconds without data, and for a request
RETRY_PAUSE = timedelta(minutes=5)  # if the time that the receiver asks for cannot be read
GONE, WAIT = 410, {429, 503}  # status codes of the convention


class WebhookFailed(OSError):
    """The receiver did not accept the message. The text is for staff."""


class EndpointGone(Exception):
    """The receiver wants no more messages (410)."""


def send_message(endpoint: WebhookEndpoint, identifier: str, payload: dict[str, Any], now: datetime) -> int:
    """Send a message, signed now. Return the status of the answer.

    Raise WebhookFailed, EndpointGone, or RetryLater until the time that the receiver asks for.
    """
    if is_own_address(endpoint.url):
        raise WebhookFailed(_("This is an address of this site."))
    if not (keys := endpoint.valid_keys(now)):
        raise WebhookFailed(_("It has no key: rotate it."))  # as after a move to another host
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = signed_headers(keys, identifier, int(now.timestamp()), body)
    return _judge(_answer(endpoint.url, headers | {"Content-Type": "application/json"}, body))


def _answer(url: str, headers: dict[str, str], body: bytes) -> HttpAnswer:
    """Return the head of the answer. Its body is not read, and a redirect is not followed."""
    client = HttpClient(deadline=TOTAL_TIMEOUT, idle=IDLE_TIMEOUT)
    try:
        with client.open("POST", url, headers=headers, body=body) as answer:
            return HttpAnswer(answer.status_code, answer.headers, b"", answer.reason)
    except InternalAddress:
        raise WebhookFailed(_("This address is in an internal network, which is not allowed here.")) from None
    except HttpError as fault:
        raise WebhookFailed(_("No answer: %(reason)s") % {"reason": fault}) from None


def _judge(answer: HttpAnswer) -> int:
    status = answer.status_code
    if 200 <= status < 300:
        return status
    if status == GONE:
        raise EndpointGone
    if status in WAIT and answer.headers.get("Retry-After"):
        reason = _("The receiver asks to wait (HTTP %(status)s).") % {"status": status}
        raise RetryLater(retry_at(answer, RETRY_PAUSE), reason)
    raise WebhookFailed(f"HTTP {status} {answer.reason}"[:200])


def is_own_address(url: str) -> bool:
    """Return whether the address is one of this site, whose events would cause events."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    own = [one for one in settings.ALLOWED_HOSTS if one != "*"]
    own += [
        urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "",
        *Site.objects.values_list("hostname", flat=True),
    ]
    return validate_host(host, [one for one in own if one])


def is_internal_literal(host: str) -> bool:
    """Return whether the host is an IP address that is not public."""
    try:
        return not is_public(host)
    except ValueError:
        return False
