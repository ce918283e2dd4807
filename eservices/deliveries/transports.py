"""Who carries a delivery out of the house. Other apps offer theirs in a file ``carriers.py``."""

import json
import re
from datetime import datetime
from smtplib import SMTPRecipientsRefused
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.core.mail import EmailMultiAlternatives, mailers
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy

from home.extensions.registry import Registry

from . import bounce_address
from .demo_mailbox import mailbox_entry_from_email
from .models import Delivery, MailboxEntry

POLICY = re.compile(rb"\b5\.7\.\d")  # RFC 3463


class PermanentFailure(Exception):
    """Trying again will not help: the delivery is shown to staff at once."""


class RetryLater(Exception):
    """Nothing is wrong, but it must wait: for the end of quiet hours, or until the other side takes more."""

    def __init__(self, until: datetime, reason: str = ""):
        super().__init__(reason)
        self.until = until


class Obsolete(Exception):
    """What it would tell holds no more, or nobody wants it: it is not sent, which is no fault. Says why, to staff."""


class Transport(Protocol):
    """Carries one kind of delivery. May be asked twice for the same one after a crash: the delivery's id is
    the key by which the other side can tell."""

    label: str  # what staff call it

    def carry(self, delivery: Delivery) -> None:
        """Returns once the other side has accepted; raises otherwise, ``PermanentFailure`` where it never will,
        ``RetryLater`` where it is too early, ``Obsolete`` where it is too late."""

    # ``probe()``, where there is one: asks the other side whether it would accept, and raises where not.
    # ``ready``, where there is one: whether it is set up; what is not, is not tested.
    # ``hasten(now)``, of a line that carries no deliveries: what waits for it elsewhere is asked again soon.


transports: Registry[Transport] = Registry("carriers")


class EmailTransport:
    """Through Django's mailer."""

    label = gettext_lazy("E-mail")

    def carry(self, delivery: Delivery) -> None:
        try:
            mailers.default.send_messages([self.message(delivery)])
        except SMTPRecipientsRefused as refused:
            if all(_for_good(code, answer) for code, answer in refused.recipients.values()):
                raise PermanentFailure(f"The mail server does not know {delivery.recipient}.") from refused
            raise

    def probe(self) -> None:
        """Connects, encrypts and signs in, as a letter would; a mailer without a connection has nothing to test."""
        mailer = mailers.default
        try:
            mailer.open()
        finally:
            mailer.close()

    def message(self, delivery: Delivery) -> EmailMultiAlternatives:
        """The letter. Its Message-ID is the delivery's, so that a second copy is recognised as the same, and so is what
        comes back: both name its id, which only its reader was told."""
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
            message.message()  # a malformed address or header shows here, before anything leaves
        except (ValueError, KeyError, FileNotFoundError) as fault:
            raise PermanentFailure(str(fault)) from fault
        return message


def _for_good(code: int, answer: bytes) -> bool:
    """Whether it is the address that is refused for ever, and not us: a server that relays no more for the commune, or
    blocks it, is put right, and what waited then goes out."""
    return code >= 500 and not POLICY.search(answer)


class SmsTransport:
    """Through the gateway of ``settings.SMS_GATEWAY``."""

    label = "SMS"

    def carry(self, delivery: Delivery) -> None:
        configured_sms_gateway().send(
            to=delivery.recipient, text=delivery.payload["text"], idempotency_key=delivery.pk.hex
        )

    def probe(self) -> None:
        configured_sms_gateway().probe()


def configured_sms_gateway():
    """Return the operator's gateway: ``send(to, text, idempotency_key, valid_until)``, and ``probe()``."""
    if not settings.SMS_GATEWAY:
        raise PermanentFailure("No gateway for SMS is set: see SMS_GATEWAY in docs/operations.md.")
    return import_string(settings.SMS_GATEWAY)()


class PrintTransport:
    """People who print and post: see ``paper.actions``. No worker ever carries a letter on paper."""

    label = gettext_lazy("Post")

    def carry(self, delivery: Delivery) -> None:
        raise PermanentFailure("A letter on paper is printed and posted by people.")


class RehearsalTransport:
    """Keeps what a rehearsal would have sent in the demo's mailbox, whoever would have carried it."""

    def carry(self, delivery: Delivery) -> None:
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


transports.register("email")(EmailTransport())
transports.register("sms")(SmsTransport())
transports.register("print")(PrintTransport())


def is_testable(carrier: Transport | None) -> bool:
    """Whether the other side can be asked if it would accept."""
    return hasattr(carrier, "probe") and getattr(carrier, "ready", True)


def testable_transports() -> list[tuple[str, str]]:
    """The carriers that can be tested, by key, with what staff call them."""
    return [(key, carrier.label) for key, carrier in transports.items() if is_testable(carrier)]


def transport_for(delivery: Delivery) -> Transport:
    """Who carries this delivery."""
    return RehearsalTransport() if delivery.rehearsal else transports[delivery.carrier]


def transport_label(key: str) -> str:
    """What staff call the way a delivery goes; its key where no installed app offers it."""
    return str(transports[key].label) if key in transports else key


def message_id_for(delivery: Delivery) -> str:
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    return f"<{delivery.pk.hex}@{host}>"


def _read(attachment: dict) -> bytes:
    if "text" in attachment:
        return attachment["text"].encode()
    with storages[attachment["storage"]].open(attachment["path"]) as content:
        return content.read()
