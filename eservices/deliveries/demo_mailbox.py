"""The demo mailbox: stores messages instead of sending them, and shows them on a page that explains this."""

from datetime import datetime

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from .models import MailboxEntry


class DemoMailboxEmailBackend(BaseEmailBackend):
    """An e-mail backend that stores each e-mail as a ``MailboxEntry``."""

    def send_messages(self, messages) -> int:
        for message in messages:
            mailbox_entry_from_email(message).save()
        return len(messages)


def mailbox_entry_from_email(message: EmailMultiAlternatives) -> MailboxEntry:
    """Return the e-mail as a mailbox entry, not saved."""
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
    """An SMS gateway that stores each SMS as a ``MailboxEntry``."""

    def send(self, *, to: str, text: str, idempotency_key: str, valid_until: datetime | None = None) -> None:
        MailboxEntry.objects.create(channel="sms", recipient=to, text=text)

    def probe(self) -> None:
        """Do nothing: this gateway is always available."""
