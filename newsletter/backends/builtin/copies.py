"""Copies of an edition for its recipients.

The bytes are made once; each copy gets the recipient's address and secret.
"""

import re
from email import message, policy
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django.utils.crypto import salted_hmac

from eservices.deliveries import bounce_address
from home.context_processors import commune_settings
from home.web.secret_links import one_click_headers

from ...letters.rendering import SECRET, LetterLinks
from ...models import Edition, NewsletterSettings, Recipient

# Quoted-printable breaks lines anywhere, even inside the secret.
BROKEN = re.compile(b"(?:=\r\n)?".join(re.escape(bytes([sign])) for sign in SECRET.encode()))
CONTROL = re.compile(r"[\x00-\x20\x7f]")


class InvalidAddress(ValueError):
    """The address cannot be sent to."""


class PreparedEdition:
    """An edition ready to be copied."""

    def __init__(self, edition: Edition):
        self.edition = edition
        chosen = NewsletterSettings.load()
        self.sender = settings.DEFAULT_FROM_EMAIL
        self.address = parseaddr(self.sender)[1]
        self.reply_to = chosen.reply_to or commune_settings(None)["commune"].email
        self.unsubscribe = LetterLinks.of_ours(edition.language).unsubscribe
        self.list_id = formataddr(
            (chosen.name or str(commune_settings(None)["commune"]), f"infolettre.{sending_host()}")
        )
        self.pieces = BROKEN.sub(b"=\r\n" + SECRET.encode() + b"=\r\n", self._bytes()).split(SECRET.encode())

    def raw(self, recipient: Recipient) -> bytes:
        """Return a copy for a mail server.

        Raise ``InvalidAddress`` if the address could add a header to it.
        """
        reader = recipient.subscriber
        head = {"To": _plain(reader.email)} | self.headers(recipient, reader.secret)
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return lines.encode() + reader.secret.encode().join(self.pieces)

    def copy(self, recipient: Recipient) -> EmailMultiAlternatives:
        """Return a copy for a mail service, which takes its parts. Raise ``InvalidAddress`` as ``raw`` does."""
        reader = recipient.subscriber
        copy = EmailMultiAlternatives(
            self.edition.subject,
            self.edition.text.replace(SECRET, reader.secret),
            envelope_sender(recipient) or self.sender,
            [_plain(reader.email)],
            headers=self.headers(recipient, reader.secret) | self.shared(),
        )
        copy.attach_alternative(self.edition.html.replace(SECRET, reader.secret), "text/html")
        try:
            copy.message()
        except ValueError as fault:
            raise InvalidAddress(str(fault)) from None
        return copy

    def returns_to(self, recipient: Recipient) -> str:
        """Return the envelope sender, to which undeliverable copies come back."""
        return envelope_sender(recipient) or self.address

    def headers(self, recipient: Recipient, secret: str) -> dict[str, str]:
        """Return the headers of one copy.

        With the one-click headers (RFC 8058) mail programs can unsubscribe automatically.
        """
        return {
            "Message-ID": message_id(recipient),
            **one_click_headers(self.unsubscribe.replace(SECRET, secret)),
        }

    def shared(self) -> dict[str, str]:
        """Return the headers of all copies."""
        headers = {
            "From": self.sender,
            "List-Id": self.list_id,
            "Content-Language": self.edition.language,
            "Precedence": "bulk",
        }
        return headers | ({"Reply-To": self.reply_to} if self.reply_to else {})

    def _bytes(self) -> bytes:
        made = message.EmailMessage(policy=policy.SMTP)
        made["Subject"] = self.edition.subject
        made["Date"] = format_datetime(timezone.localtime())
        for name, value in self.shared().items():
            made[name] = value
        made.set_content(self.edition.text, cte="quoted-printable")
        made.add_alternative(self.edition.html, subtype="html", cte="quoted-printable")
        return made.as_bytes()


def _plain(address: str) -> str:
    if CONTROL.search(address):
        raise InvalidAddress("Line breaks have no place in an address.")
    return address


def sending_host() -> str:
    return urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "localhost"


def recipient_token(recipient_id: int) -> str:
    """Return a signature that proves that a bounce belongs to this recipient."""
    return salted_hmac("newsletter-recipient", str(recipient_id), algorithm="sha256").hexdigest()[:16]


def bounce_mark(recipient: Recipient) -> str:
    return f"{recipient.pk}-{recipient_token(recipient.pk)}"


def recipient_id_from_mark(text: str) -> int | None:
    """Return the recipient of a mark found in an address or Message-ID; None if it is forged."""
    number, _dash, sign = text.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return int(number) if sign == recipient_token(int(number)) else None


def message_id(recipient: Recipient) -> str:
    """Return the Message-ID, the same for each attempt, so that mail programs recognize a second copy."""
    return f"<letter-{bounce_mark(recipient)}@{sending_host()}>"


def envelope_sender(recipient: Recipient) -> str:
    """Return the address for bounces; "" if none is configured."""
    return bounce_address.bounce_address(bounce_mark(recipient))
