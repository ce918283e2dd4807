"""Who carries a delivery out of the house. Other apps offer theirs in a file ``carriers.py``."""

from smtplib import SMTPRecipientsRefused
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.core.mail import EmailMultiAlternatives, mailers
from django.utils.module_loading import import_string

from home.registry import Registry

from .models import Delivery


class CannotCarry(Exception):
    """Trying again will not help: the delivery is shown to staff at once."""


class Carrier(Protocol):
    """Carries one kind of delivery. May be asked twice for the same one after a crash: the delivery's id is
    the key by which the other side can tell."""

    def carry(self, delivery: Delivery) -> None:
        """Returns once the other side has accepted; raises otherwise, ``CannotCarry`` where it never will."""


carriers: Registry[Carrier] = Registry("carriers")


class EmailCarrier:
    """Through Django's mailer; rehearsals stay in the demo mailbox."""

    def carry(self, delivery: Delivery) -> None:
        try:
            self._mailer(delivery).send_messages([self.message(delivery)])
        except SMTPRecipientsRefused as refused:
            if all(code >= 500 for code, _answer in refused.recipients.values()):
                raise CannotCarry(f"The mail server does not know {delivery.recipient}.") from refused
            raise

    def message(self, delivery: Delivery) -> EmailMultiAlternatives:
        """The letter. Its Message-ID is the delivery's, so that a second copy is recognised as the same."""
        payload = delivery.payload
        try:
            message = EmailMultiAlternatives(
                payload["subject"],
                payload["text"],
                settings.DEFAULT_FROM_EMAIL,
                [delivery.recipient],
                reply_to=[payload["reply_to"]] if payload.get("reply_to") else None,
                headers={
                    "Message-ID": message_id(delivery),
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
            raise CannotCarry(str(fault)) from fault
        return message

    def _mailer(self, delivery: Delivery):
        if delivery.rehearsal:
            from .mailbox import EmailBackend

            return EmailBackend(alias="rehearsal")
        return mailers.default


class SmsCarrier:
    """Through the gateway of ``settings.SMS_GATEWAY``; rehearsals stay in the demo mailbox."""

    def carry(self, delivery: Delivery) -> None:
        gateway = "eservices.deliveries.mailbox.SMSGateway" if delivery.rehearsal else settings.SMS_GATEWAY
        import_string(gateway)().send(
            to=delivery.recipient, text=delivery.payload["text"], idempotency_key=delivery.pk.hex
        )


carriers.register("email")(EmailCarrier())
carriers.register("sms")(SmsCarrier())


def message_id(delivery: Delivery) -> str:
    host = urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"
    return f"<{delivery.pk.hex}@{host}>"


def _read(attachment: dict) -> bytes:
    with storages[attachment["storage"]].open(attachment["path"]) as content:
        return content.read()
