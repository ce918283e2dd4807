"""What became of one reader's letter. Each is one write: a mailing has a hundred thousand of them."""

from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from ..models import Recipient
from ..states import RecipientState
from . import subscribers

# Written after every letter: building the same statement anew took longer than running it.
SENT = f"UPDATE {Recipient._meta.db_table} SET state = %s, at = %s WHERE id = %s AND state = %s"


def mark_sent(recipient: Recipient) -> None:
    """The mail server took it. Until this is written, it counts as not sent."""
    with connection.cursor() as cursor:
        cursor.execute(SENT, [RecipientState.SENT, timezone.now(), recipient.pk, RecipientState.PENDING])


@contextmanager
def without_synchronous_commit():
    """Inside, PostgreSQL does not wait for its disk after each letter, as SQLite never does here.

    A worker that is killed loses nothing by it. Where the database itself ends as by a power cut, the letters
    of its last 0.6 seconds are sent again.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO OFF")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO DEFAULT")


def mark_skipped(recipient: Recipient) -> None:
    """They unsubscribed while the letter was on its way to them."""
    _waiting(recipient).update(state=RecipientState.SKIPPED, at=timezone.now())


def postpone(recipient: Recipient, due_at: datetime, reason: str, tries: int = 1) -> None:
    """The mail server refuses for now; ``tries`` are how many of the reader's it cost."""
    _waiting(recipient).update(due_at=due_at, attempts=F("attempts") + tries, reason=reason[:255])


@transaction.atomic
def mark_refused(recipient: Recipient, reason: str, *, gone: bool) -> None:
    """The mail server will never take it. Where the address is ``gone``, or was written to in vain several times in a
    row, nobody writes to it any more."""
    _waiting(recipient).update(state=RecipientState.REFUSED, at=timezone.now(), reason=reason[:255])
    reader = recipient.subscriber
    if reader and (gone or reader.received.in_vain()):
        subscribers.mark_bounced(subscriber=reader, reason=reason)


def _waiting(recipient: Recipient):
    return Recipient.objects.filter(pk=recipient.pk, state=RecipientState.PENDING)
