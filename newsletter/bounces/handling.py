"""Handling of bounce reports: results are recorded, and unreachable subscribers get no more e-mails."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery
from home.text.cleaning import strip_control_characters

from ..actions import subscribers
from ..backends.builtin.copies import recipient_id_from_mark
from ..models import Recipient, Subscriber
from ..states import RecipientState
from .bounce_mailbox import unread_messages
from .delivery_status import BounceReport, BounceVerdict, parse_bounce_message

logger = logging.getLogger(__name__)

RECENT = timedelta(days=5)  # mail servers retry for so long


def read_mailbox() -> int:
    """Handle the reports in the mailbox and return their number.

    A message that cannot be read or handled does not stop the others.
    """
    found = 0
    for raw in unread_messages(settings.BOUNCE_MAILBOX_URL):
        try:
            if report := parse_bounce_message(raw):
                handle_report(report)
                found += 1
        except OperationalError:  # the database is unavailable: the message is read again later
            raise
        except Exception:
            logger.exception("A message in the mailbox for bounces could not be read")
    return found


def handle_report(report: BounceReport) -> None:
    """Record a report with a mark. Forged marks and unknown e-mails are ignored."""
    if "-" not in report.mark:
        _did_not_arrive(Delivery.objects.filter(pk=report.mark).first(), report.verdict, report.reason)
        return
    pk = recipient_id_from_mark(report.mark)
    recipient = Recipient.objects.select_related("subscriber").filter(pk=pk).first() if pk else None
    if recipient:
        record_bounce(recipient, report.verdict, report.reason)


def record_service_verdict(
    email: str, verdict: BounceVerdict, reason: str = "", at: datetime | None = None
) -> None:
    """Record the verdict of a mail service about the latest e-mail to an address before ``at``.

    That is a newsletter e-mail or another delivery.
    """
    letter = _last_letter(email, at or timezone.now())
    subscriber = Subscriber.objects.filter(email=email).first()
    recipient = subscriber and subscriber.received.exclude(at=None).order_by("-at").first()
    if letter and not (recipient and recipient.at > letter.done_at):
        recipient = None
        _did_not_arrive(letter, verdict, reason)
    if subscriber is None or _agreed_since(subscriber, at):
        return
    if recipient:
        record_bounce(recipient, verdict, reason)
    else:
        _follow(subscriber, verdict, strip_control_characters(reason))


def record_unsubscribe(email: str, at: datetime | None = None) -> None:
    """Unsubscribe an address that was unsubscribed at a mail service."""
    subscriber = Subscriber.objects.filter(email=email).first()
    if subscriber and not _agreed_since(subscriber, at):
        subscribers.unsubscribe(subscriber=subscriber)


def _last_letter(email: str, at: datetime) -> Delivery | None:
    letters = Delivery.objects.may_come_back().filter(recipient=stored_form(email))
    return letters.filter(done_at__range=(at - RECENT, at)).order_by("-done_at").first()


@transaction.atomic
def record_bounce(recipient: Recipient, verdict: BounceVerdict, reason: str) -> None:
    """Record the verdict on the recipient, and its consequences on the subscriber.

    A repeated report changes nothing.
    """
    reason = strip_control_characters(reason)
    complaint = verdict is BounceVerdict.COMPLAINT
    state = RecipientState.COMPLAINED if complaint else RecipientState.BOUNCED
    Recipient.objects.filter(pk=recipient.pk).update(state=state, reason=reason[:255])
    if recipient.subscriber and not _agreed_since(recipient.subscriber, recipient.at):
        _follow(recipient.subscriber, verdict, reason)


def _did_not_arrive(letter: Delivery | None, verdict: BounceVerdict, reason: str) -> None:
    """Mark the delivery as bounced, for the staff of the outbox.

    A complaint about an e-mail of a case is ignored, because it does not end the case.
    """
    if letter and verdict is not BounceVerdict.COMPLAINT:
        outbox.mark_bounced(letter=letter, reason=strip_control_characters(reason))


def _agreed_since(subscriber: Subscriber, at: datetime | None) -> bool:
    """Return whether the owner of the address confirmed again since ``at``.

    Late or repeated reports about the time before are then ignored.
    """
    return bool(at and subscriber.confirmed_at and at < subscriber.confirmed_at)


def _follow(subscriber: Subscriber, verdict: BounceVerdict, reason: str) -> None:
    if verdict is BounceVerdict.COMPLAINT:
        subscribers.mark_complained(subscriber=subscriber)
    elif verdict is BounceVerdict.GONE or subscriber.received.in_vain():
        subscribers.mark_bounced(subscriber=subscriber, reason=reason)
