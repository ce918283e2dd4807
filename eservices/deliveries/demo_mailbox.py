"""The demo's post office: a double that keeps letters on a page, and says so, instead of sending them."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from .models import MailboxEntry


class DemoMailboxEmailBackend(BaseEmailBackend):
    """Keeps each e-mail as a ``MailboxEntry``."""

    def send_messages(self, messages) -> int:
        for message in messages:
            mailbox_entry_from_email(message).save()
        return len(messages)


def mailbox_entry_from_email(message: EmailMultiAlternatives) -> MailboxEntry:
    """An e-mail as the mailbox keeps it. Not saved yet."""
    return MailboxEntry(
        channel="email",
        sender=message.extra_headers.get("From", message.from_email),
        recipient=", ".join(message.recipients())[:320],
        subject=message.subject[:255],
        text=message.body,
        html=next((a.content for a in message.alternatives if a.mimetype == "text/html"), ""),
        attachments=[a.filename for a in message.attachments],
    )


class DemoMailboxSmsGateway:
    """Keeps each SMS as a ``MailboxEntry``. A real gateway has the same two methods.

    ``valid_until``: after that nobody should get it any more, whatever held it up on its way.
    """

    def send(self, *, to: str, text: str, idempotency_key: str, valid_until: datetime | None = None) -> None:
        MailboxEntry.objects.create(channel="sms", recipient=to, text=text)

    def probe(self) -> None:
        """It always answers."""
