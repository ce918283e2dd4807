"""From a report to what follows: what came back is written down, who is not there is not written to again."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from eservices.accounts.email_addresses import stored_form
from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery
from home.pasted import readable

from ..actions import subscribers
from ..backends.builtin.letters import recipient_id
from ..models import Recipient, Subscriber
from ..states import RecipientState
from .mailbox import unread
from .reports import Report, Verdict, read

logger = logging.getLogger(__name__)

RECENT = timedelta(days=5)  # as long as mail servers try


def read_mailbox() -> int:
    """Reads what came back; how many reports there were. A message that cannot be read or kept holds up no other."""
    found = 0
    for raw in unread(settings.BOUNCE_MAILBOX_URL):
        try:
            if report := read(raw):
                receive(report)
                found += 1
        except OperationalError:  # the database is away: it is read again later
            raise
        except Exception:
            logger.exception("A message in the mailbox for bounces could not be read")
    return found


def receive(report: Report) -> None:
    """What a report with a mark says. One that is forged, or of a letter long forgotten, says nothing."""
    if "-" not in report.mark:
        _did_not_arrive(Delivery.objects.filter(pk=report.mark).first(), report.verdict, report.reason)
        return
    pk = recipient_id(report.mark)
    recipient = Recipient.objects.select_related("subscriber").filter(pk=pk).first() if pk else None
    if recipient:
        came_back(recipient, report.verdict, report.reason)


def told(email: str, verdict: Verdict, reason: str = "", at: datetime | None = None) -> None:
    """What a service says happened ``at`` a moment: to the last that went to an address, a letter of the newsletter or
    one of the house's own."""
    letter = _last_letter(email, at or timezone.now())
    subscriber = Subscriber.objects.filter(email=email).first()
    recipient = subscriber and subscriber.received.exclude(at=None).order_by("-at").first()
    if letter and not (recipient and recipient.at > letter.done_at):
        recipient = None
        _did_not_arrive(letter, verdict, reason)
    if subscriber is None or _agreed_since(subscriber, at):
        return
    if recipient:
        came_back(recipient, verdict, reason)
    else:
        _follow(subscriber, verdict, readable(reason))


def left(email: str, at: datetime | None = None) -> None:
    """Who unsubscribed at a service has unsubscribed."""
    subscriber = Subscriber.objects.filter(email=email).first()
    if subscriber and not _agreed_since(subscriber, at):
        subscribers.unsubscribe(subscriber=subscriber)


def _last_letter(email: str, at: datetime) -> Delivery | None:
    letters = Delivery.objects.may_come_back().filter(recipient=stored_form(email))
    return letters.filter(done_at__range=(at - RECENT, at)).order_by("-done_at").first()


@transaction.atomic
def came_back(recipient: Recipient, verdict: Verdict, reason: str) -> None:
    """Keeps it with the letter, and with the subscriber what follows. Told twice, it is kept once."""
    reason = readable(reason)
    complaint = verdict is Verdict.COMPLAINT
    state = RecipientState.COMPLAINED if complaint else RecipientState.BOUNCED
    Recipient.objects.filter(pk=recipient.pk).update(state=state, reason=reason[:255])
    if recipient.subscriber and not _agreed_since(recipient.subscriber, recipient.at):
        _follow(recipient.subscriber, verdict, reason)


def _did_not_arrive(letter: Delivery | None, verdict: Verdict, reason: str) -> None:
    """Whoever looks after the outbox hears of it. That a reader calls a letter about their request unwanted ends no
    request."""
    if letter and verdict is not Verdict.COMPLAINT:
        outbox.came_back(letter=letter, reason=readable(reason))


def _agreed_since(subscriber: Subscriber, at: datetime | None) -> bool:
    """Whether the owner of the address agreed anew: what is told late, or again, of the time before says nothing."""
    return bool(at and subscriber.confirmed_at and at < subscriber.confirmed_at)


def _follow(subscriber: Subscriber, verdict: Verdict, reason: str) -> None:
    if verdict is Verdict.COMPLAINT:
        subscribers.complained(subscriber=subscriber)
    elif verdict is Verdict.GONE or subscriber.received.in_vain():
        subscribers.bounced(subscriber=subscriber, reason=reason)
