"""Results of single recipients. Each is one write, because a mailing has up to a hundred thousand recipients."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..models import Recipient
from ..states import RecipientState
from . import subscribers

# Executed after every e-mail: building the same statement again took longer than running it.
SENT = f"UPDATE {Recipient._meta.db_table} SET state = %s, at = %s WHERE id = %s AND state = %s"  # noqa: S608 - a table of ours
# For this transaction alone: behind a pooler, the settings of a session reach others.
ASYNCHRONOUS = " AND set_config('synchronous_commit', 'off', true) = 'off'"


def mark_sent(recipient: Recipient) -> None:
    """Record that the mail server accepted the e-mail. Until then it counts as not sent.

    PostgreSQL does not wait for the disk; SQLite never waits here. A killed worker loses nothing by it. If the database
    itself crashes, as by a power cut, the e-mails of its last 0.6 seconds are sent again.
    """
    statement = SENT + ASYNCHRONOUS if connection.vendor == "postgresql" else SENT
    with connection.cursor() as cursor:
        cursor.execute(statement, [RecipientState.SENT, timezone.now(), recipient.pk, RecipientState.PENDING])


def mark_skipped(recipient: Recipient) -> None:
    """Record that the subscriber unsubscribed before the e-mail was sent."""
    _waiting(recipient).update(state=RecipientState.SKIPPED, at=timezone.now())


def postpone(recipient: Recipient, due_at: datetime, reason: str, tries: int = 1) -> None:
    """Postpone the e-mail after a temporary refusal. ``tries``: how many of the recipient's tries it used."""
    _waiting(recipient).update(due_at=due_at, attempts=F("attempts") + tries, reason=reason[:255])


@transaction.atomic
def mark_refused(recipient: Recipient, reason: str, *, gone: bool) -> None:
    """Record a permanent refusal by the mail server.

    The subscriber gets no more e-mails if the address is ``gone``, or if several in a row did not arrive.
    """
    _waiting(recipient).update(state=RecipientState.REFUSED, at=timezone.now(), reason=reason[:255])
    reader = recipient.subscriber
    if reader and (gone or reader.received.in_vain()):
        subscribers.mark_bounced(subscriber=reader, reason=reason)


def _waiting(recipient: Recipient) -> QuerySet[Recipient]:
    return Recipient.objects.filter(pk=recipient.pk, state=RecipientState.PENDING)
