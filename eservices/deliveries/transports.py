"""Transports of deliveries. Apps register theirs in ``integrations.py``."""

import json
import re
from datetime import datetime
from smtplib import SMTPRecipientsRefused
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.core.mail import EmailMultiAlternatives, mailers
from django.utils.translation import gettext_lazy

from home.extensions.integrations import IntegrationRegistry

from . import bounce_address
from .demo_mailbox import mailbox_entry_from_email
from .models import Delivery, MailboxEntry

POLICY = re.compile(rb"\b5\.7\.\d")  # status codes for security and policy (RFC 3463)


class PermanentFailure(Exception):
    """Trying again will not help: the delivery is stuck at once."""


class RetryLater(Exception):
    """The delivery must wait without being at fault: quiet hours, or the receiver's rate limit."""

    def __init__(self, until: datetime, reason: str = ""):
        super().__init__(reason)
        self.until = until


class Obsolete(Exception):
    """The message is not valid or not wanted any more: it is skipped. The text is the reason, for staff."""


class Transport(Protocol):
    """A transport for one kind of delivery.

    After a crash the same delivery may be attempted twice: the receiver can recognise it by its id.
    """

    label: str  # shown to staff

    def deliver(self, delivery: Delivery) -> None:
        """Send the delivery; return once the receiver has accepted it.

        Raise PermanentFailure if it never will, RetryLater if it is too early, Obsolete if it is too late, any
        other exception if it failed.
        """

    # Optional ``probe()``: checks that the receiver would accept deliveries, and raises if not.
    # Optional ``ready``: whether the transport is configured; if not, it is not tested.
    # Optional ``receiver(delivery)``: a short key of the receiver, of a transport to several. Each has a circuit
    # breaker of its own. With it comes ``receiver_label(key)``, shown to staff.
    # Optional ``hasten(now)`` of a transport without deliveries: makes what waits for it elsewhere due now.


transports: IntegrationRegistry[Transport] = IntegrationRegistry()


class EmailTransport:
    """Transport by Django's mailer."""

    label = gettext_lazy("E-mail")

    def deliver(self, delivery: Delivery) -> None:
        try:
            mailers.default.send_messages([self.message(delivery)])
        except SMTPRecipientsRefused as refused:
            if all(_for_good(code, answer) for code, answer in refused.recipients.values()):
                raise PermanentFailure(f"The mail server does not know {delivery.recipient}.") from refused
            raise

    def probe(self) -> None:
        """Connect, encrypt and sign in as for an e-mail. Mail backends without a connection have nothing to test."""
        mailer = mailers.default
        try:
            mailer.open()
        finally:
            mailer.close()

    def message(self, delivery: Delivery) -> EmailMultiAlternatives:
        """Build the e-mail.

        Message-ID and return address contain the delivery's id, so that a second copy and a bounce are recognised.
        Only the recipient knows the id.
        """
        payload = delivery.payload
        try:
            message = EmailMultiAlternatives(
                payload["subject"],
                payload["text"],
                bounce_address.bounce_address(delivery.pk.hex) or settings.DEFAULT_FROM_EMAIL,
                [delivery.recipient],
                reply_to=[payload["reply_to"]] if payload.get("reply_to") else None,
                headers={
                    "From": settings.DEFAULT_FROM_EMAIL,
                    "Message-ID": message_id_for(delivery),
                    "Auto-Submitted": "auto-generated",
                    "Content-Language": payload.get("language", settings.LANGUAGE_CODE),
                    **payload.get("headers", {}),
                },
            )
            if payload.get("html"):
                message.attach_alternative(payload["html"], "text/html")
            for attachment in payload.get("attachments", []):
                message.attach(attachment["name"], _read(attachment), attachment["content_type"])
            message.message()  # raises now for malformed addresses and headers, before anything is sent
        except (ValueError, KeyError, FileNotFoundError) as fault:
            raise PermanentFailure(str(fault)) from fault
        return message


def _for_good(code: int, answer: bytes) -> bool:
    """Return whether the server refuses the address for good.

    Policy refusals are not for good: a server that blocks the commune is put right, and what waited is then sent.
    """
    return code >= 500 and not POLICY.search(answer)


class SmsTransport:
    """Transport by the gateway of ``settings.SMS_GATEWAY``."""

    label = "SMS"

    def deliver(self, delivery: Delivery) -> None:
        configured_sms_gateway().send(
            to=delivery.recipient, text=delivery.payload["text"], idempotency_key=delivery.pk.hex
        )

    def probe(self) -> None:
        configured_sms_gateway().probe()


class SmsGateway(Protocol):
    """A gateway that sends SMS."""

    def send(self, *, to: str, text: str, idempotency_key: str, valid_until: datetime | None = None) -> None:
        """Send an SMS, once for each key. It must not be delivered after ``valid_until``, whatever delayed it."""

    def probe(self) -> None:
        """Check that the gateway would accept an SMS, and raise if not. Sends nothing."""


sms_gateways: IntegrationRegistry[type[SmsGateway]] = IntegrationRegistry("SMS_GATEWAY")


def configured_sms_gateway() -> SmsGateway:
    """Return the operator's gateway. Raise PermanentFailure if none is set."""
    if not settings.SMS_GATEWAY:
        raise PermanentFailure("No gateway for SMS is set: see SMS_GATEWAY in docs/settings.md.")
    return sms_gateways.chosen()()


class PrintTransport:
    """Paper letters, which staff print and post: see ``print_queue.actions``. No worker ever sends one."""

    label = gettext_lazy("Post")

    def deliver(self, delivery: Delivery) -> None:
        raise PermanentFailure("A letter on paper is printed and posted by people.")


class RehearsalTransport:
    """Transport of all deliveries of rehearsals: stores them in the demo mailbox."""

    def deliver(self, delivery: Delivery) -> None:
        if not MailboxEntry.objects.filter(rehearsed=delivery).exists():
            entry = self._entry(delivery)
            entry.rehearsed = delivery
            entry.save()

    def _entry(self, delivery: Delivery) -> MailboxEntry:
        if delivery.carrier == "email":
            return mailbox_entry_from_email(EmailTransport().message(delivery))
        return MailboxEntry(
            channel=delivery.carrier[:10],
            recipient=delivery.recipient,
            subject="" if delivery.carrier == "sms" else delivery.title,
            text=delivery.payload.get("text") or json.dumps(delivery.payload, ensure_ascii=False, indent=2),
        )


def is_testable(carrier: Transport | None) -> bool:
    """Return whether the transport can be tested without sending."""
    return hasattr(carrier, "probe") and getattr(carrier, "ready", True)


def transports_with_test() -> list[tuple[str, str]]:
    """Return key and label of the transports that can be tested."""
    return [(key, carrier.label) for key, carrier in transports.items() if is_testable(carrier)]


def transport_for(delivery: Delivery) -> Transport:
    """Return the transport of a delivery."""
    return RehearsalTransport() if delivery.rehearsal else transports[delivery.carrier]


def circuit_key(delivery: Delivery) -> str:
    """Return the key of the circuit breaker of a delivery: its transport, with the receiver if that has several."""
    receiver = getattr(transports.get(delivery.carrier), "receiver", None)
    return f"{delivery.carrier}:{receiver(delivery)}" if receiver else delivery.carrier


def transport_label(key: str) -> str:
    """Return the label for staff of a transport, or of one of its receivers; the key if no installed app has it."""
    carrier, _colon, receiver = key.partition(":")
    transport = transports.get(carrier)
    if transport is None:
        return key
    if receiver and (label_of := getattr(transport, "receiver_label", None)):
        return f"{transport.label} ({label_of(receiver)})"
    return str(transport.label)


def message_id_for(delivery: Delivery) -> str:
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    return f"<{delivery.pk.hex}@{host}>"


def _read(attachment: dict) -> bytes:
    if "text" in attachment:
        return attachment["text"].encode()
    with storages[attachment["storage"]].open(attachment["path"]) as content:
        return content.read()
