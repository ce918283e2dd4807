"""Servers that the system checks do not try: the population register and the payment providers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from eservices.deliveries.transports import transports
from eservices.payments.provider_transport import provider_transport_key
from eservices.payments.providers import available_providers
from home.web.error_messages import error_message_of

from .findings import ERROR, OK, WARNING, Finding

RENEW_BEFORE = timedelta(days=30)


def check_register() -> Iterator[Finding]:
    if settings.REGISTER != "http":
        return
    todo = "Checks wait, and agents decide after an hour. Are REGISTER_URL and its credentials right?"
    yield _probe("register", "register", todo)
    if not (path := settings.REGISTER_HTTP["CERTIFICATE"]):
        return
    try:
        ends = x509.load_pem_x509_certificate(Path(path).read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as fault:
        yield Finding(ERROR, "register", f"REGISTER_CERTIFICATE cannot be read: {fault}", "Name a PEM file.")
        return
    what = f"Our certificate for it ends on {ends:%Y-%m-%d}."
    if ends > timezone.now() + RENEW_BEFORE:
        yield Finding(OK, "register", what)
    else:
        todo = "Order the next one, and name it in REGISTER_CERTIFICATE and REGISTER_KEY."
        yield Finding(ERROR if ends <= timezone.now() else WARNING, "register", what, todo)


def check_payment_providers() -> Iterator[Finding]:
    """Ask each provider that is polled. Nothing is paid."""
    for provider in available_providers():
        if provider.asks:
            todo = "Payments by it wait. Are its keys right, and does this machine reach it?"
            yield _probe(f"payment by {provider.key}", provider_transport_key(provider), todo)


def _probe(subject: str, transport: str, todo: str) -> Finding:
    if fault := error_message_of(transports[transport].probe):
        return Finding(WARNING, subject, f"It does not answer: {fault}", todo)
    return Finding(OK, subject, "It answers.")
