"""All writes to the outbox: queue deliveries, attempt them, retry and skip them by hand, erase them."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form
from eservices.accounts.models import User
from home.runtime.log_context import add_to_log_context
from home.web.error_messages import describe_fault

from . import circuit_breaker, rendering, tasks
from .models import Delivery, DeliveryEvent, DeliveryQuerySet, PaperLetter
from .paragraphs import paragraphs_to_text
from .retry_schedule import last_attempt_at, next_attempt_at
from .signals import delivery_ended, delivery_late, delivery_stuck
from .transports import Obsolete, PermanentFailure, RetryLater, transport_for, transports

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)  # longer than any transport takes; afterwards the worker is considered dead
LATE_AFTER = timedelta(minutes=5)  # of failures, after which staff are alerted although it is tried again
LATE_AFTER_ATTEMPTS = timedelta(
    hours=1
)  # of being asked to wait, which is no error; then staff are alerted too
REMEMBERED = timedelta(
    days=30
)  # e-mails and SMS about no case are erased after this; until then staff can answer questions about them
BATCH_SIZE = 1_000
State, Kind = Delivery.State, DeliveryEvent.Kind


def queue_delivery(
    *,
    carrier: str,
    recipient: str,
    title: str,
    payload: dict[str, Any],
    due_at: datetime | None = None,
    **fields: Any,
) -> Delivery:
    """Queue a delivery in the caller's transaction; a worker sends it later.

    ``due_at``: send it not before.
    """
    now = timezone.now()
    delivery = Delivery.objects.create(
        carrier=carrier,
        recipient=recipient,
        title=title[:255],
        payload=payload,
        created_at=now,
        due_at=due_at or now,
        waits_since=due_at or now,
        woken_at=now,
        **fields,
    )
    if delivery.state == State.PENDING and delivery.due_at <= now:
        _wake_on_commit(delivery)
    return delivery


def queue_email(
    *,
    actor: User | None = None,
    to: str,
    template: str,
    context: dict[str, Any],
    language: str,
    subject: str = "",
    attachments: list[Any] | tuple[Any, ...] = (),
    reply_to: str = "",
    headers: dict[str, Any] | None = None,
    confidential: bool = False,
    rehearsal: bool = False,
) -> Delivery:
    """Queue an e-mail in the caller's transaction; a worker sends it later.

    ``template`` is rendered now, in ``language``. ``subject``: what it is about (``case:UUID``). An attachment is
    ``{name, storage, path, content_type}``, a file that is read when the e-mail is sent; or it is short and has its
    content in ``text``. A ``confidential`` e-mail (a sign-in code) is not shown to staff and its content is deleted
    when it is sent.
    """
    payload = rendering.render_email(template, context, language) | {
        "language": language,
        "reply_to": _header(reply_to),
        "headers": {_header(name): _header(value) for name, value in (headers or {}).items()},
        "attachments": [attachment | {"name": _header(attachment["name"])} for attachment in attachments],
    }
    return queue_delivery(
        carrier="email",
        recipient=stored_form(_header(to)),
        title=payload["subject"],
        payload=payload,
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
    )


def queue_sms(
    *,
    actor: User | None = None,
    to: str,
    text: str,
    subject: str = "",
    confidential: bool = False,
    rehearsal: bool = False,
    due_at: datetime | None = None,
) -> Delivery:
    """Queue an SMS in the caller's transaction.

    ``due_at``: send it not before.
    """
    title = _("SMS") if confidential else rendering.single_line(text)
    return queue_delivery(
        carrier="sms",
        recipient=_header(to),
        title=title,
        payload={"text": text},
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
        due_at=due_at,
    )


def queue_paper_letter(
    *,
    actor: User | None = None,
    address: list[str],
    title: str,
    paragraphs: list[Any],
    language: str,
    subject: str = "",
    office: str = "",
    sender: str = "",
    registered: bool = False,
    enclosures: list[Any] | tuple[Any, ...] = (),
    slip: dict[str, Any] | None = None,
    confidential: bool = False,
    rehearsal: bool = False,
) -> Delivery:
    """Add a paper letter to the print queue, in the caller's transaction. Staff print and post it.

    ``address``: the lines in the envelope's window, the name first; if empty, staff must add them before printing.
    ``paragraphs`` are data, see the module ``paragraphs``. ``office``: key of the team that posts it; ``sender``:
    its name on the letterhead. An enclosure, ``{name, storage, path}``, is a PDF that is printed after the letter;
    ``slip``, ``{svg, alt}``, a payment part of 210 mm width at the bottom. The content of a ``confidential`` letter
    is deleted when it is posted. A letter of a rehearsal goes to the demo mailbox.
    """
    lines = [line for line in map(rendering.single_line, address) if line]
    payload = {
        "address": lines,
        "paragraphs": paragraphs,
        "text": paragraphs_to_text(paragraphs),
        "language": language,
        "sender": sender,
        "enclosures": list(enclosures),
        "slip": slip,
    }
    delivery = queue_delivery(
        carrier="print",
        state=State.PENDING if rehearsal else State.TO_PRINT,
        recipient=", ".join(lines)[:320],
        title=rendering.single_line(title),
        payload=payload,
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
    )
    if not rehearsal:
        PaperLetter.objects.create(delivery=delivery, office=office, registered=registered)
    return delivery


def attempt_delivery(delivery_id: str) -> None:
    """Attempt a due delivery once. Safe to call at any time and repeatedly."""
    now = timezone.now()
    add_to_log_context(delivery=delivery_id)
    delivery = _claim(delivery_id, now)
    if delivery is None:
        return None
    if not delivery.rehearsal and (until := circuit_breaker.circuit_open_until(delivery.carrier, now)):
        return _postpone(delivery, until)
    try:
        transport_for(delivery).deliver(delivery)
    except RetryLater as wait:
        _postpone(delivery, wait.until, str(wait))
    except Obsolete as end:
        _end(delivery, State.SKIPPED, Kind.SKIPPED, str(end))
    except Exception as fault:
        ours = not isinstance(fault, OSError)  # the traceback of an unreachable server would say nothing more
        logger.warning("Delivery %s failed: %s", delivery_id, _failure_kind(fault), exc_info=ours)
        _failed(delivery, fault)
    else:
        circuit_breaker.record_success(delivery.carrier)
        _end(delivery, State.DONE, Kind.SENT)


def save_transport_state(delivery: Delivery, **facts: Any) -> None:
    """Save data that the transport needs if it attempts the same delivery again."""
    delivery.payload |= facts
    _still(delivery).update(payload=delivery.payload)


def recover_abandoned(now: datetime) -> None:
    """Release deliveries that a worker claimed and did not finish, as after a crash.

    After the first crash a delivery is due at once. One that ends its worker repeatedly is delayed and finally
    stuck, like one that fails.
    """
    for delivery in Delivery.objects.abandoned(now):
        due = now if delivery.attempts <= 1 else next_attempt_at(delivery.attempts, delivery.waits_since, now)
        _put_back(delivery, Kind.LOST, _("The worker ended while it was being sent."), due)


def wake_due_deliveries(now: datetime) -> None:
    """Enqueue a task for each delivery that is due and has none in progress, at most 500."""
    for delivery in Delivery.objects.due(now).needing_wake_up(now).order_by("due_at")[:500]:
        woken = Delivery.objects.due(now).needing_wake_up(now).filter(pk=delivery.pk).update(woken_at=now)
        if woken:
            tasks.attempt_delivery.enqueue(str(delivery.pk))


@transaction.atomic
def retry_now(*, actor: User | None, delivery: Delivery) -> bool:
    """Make the delivery due now, even if its next attempt is later. Return False if it is in progress or finished."""
    now = timezone.now()
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[State.PENDING, State.STUCK])
    if not waiting.update(state=State.PENDING, due_at=now, waits_since=now, woken_at=now):
        return False
    circuit_breaker.allow_next_attempt(delivery.carrier, now)
    record_delivery_event(delivery, Kind.RETRIED, actor=actor)
    _wake_on_commit(delivery)
    return True


@transaction.atomic
def resume_transport(*, actor: User, carrier: str) -> None:
    """Make pending deliveries of a transport due now, after a successful test of it.

    Deliveries scheduled for later and stuck ones do not change.
    """
    now = timezone.now()
    circuit_breaker.record_success(carrier)
    waiting = Delivery.objects.filter(carrier=carrier, state=State.PENDING, waits_since__lte=now)
    waiting.filter(due_at__gt=now).update(due_at=now, woken_at=None)
    if hasten := getattr(transports.get(carrier), "hasten", None):
        hasten(now)
    transaction.on_commit(partial(wake_due_deliveries, now), robust=True)


@transaction.atomic
def mark_bounced(*, letter: Delivery, reason: str) -> bool:
    """Mark an e-mail that a mail server had accepted as stuck, because it bounced.

    Return False if the delivery cannot bounce or is marked already.
    """
    now, reason = timezone.now(), f"{_('The letter was returned.')} {reason}".strip()[:2000]
    left = Delivery.objects.may_come_back().filter(pk=letter.pk)
    if not left.update(state=State.STUCK, done_at=None, due_at=now, woken_at=None, reason=reason):
        return False
    record_delivery_event(letter, Kind.FAILED, text=reason)
    delivery_stuck.send(sender=Delivery, delivery=letter)
    return True


@transaction.atomic
def skip_delivery(*, actor: User | None, delivery: Delivery, reason: str) -> bool:
    """Skip the delivery for a reason. Return False if it is in progress or finished.

    Raise ValueError if the reason is empty.
    """
    if not reason.strip():
        raise ValueError("A delivery is skipped for a reason.")
    skippable = [State.PENDING, State.STUCK, State.TO_PRINT, State.PRINTED]
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=skippable)
    if not waiting.update(state=State.SKIPPED, reason=reason, done_at=timezone.now()):
        return False
    record_delivery_event(delivery, Kind.SKIPPED, actor=actor, text=reason)
    delivery_ended.send(sender=Delivery, delivery=delivery)
    return True


@transaction.atomic
def rewrite(
    *, actor: User | None = None, subject: str, content: Callable[[Delivery], tuple[str, dict[str, Any]]]
) -> None:
    """Give all unfinished deliveries about ``subject`` the title and payload that ``content`` returns.

    This includes a delivery that a worker is sending: it goes out with the old content, or is retried with the new.
    """
    waiting = list(Delivery.objects.for_subject(subject).open().select_for_update())
    for delivery in waiting:
        title, delivery.payload = content(delivery)
        delivery.title = title[:255]
    Delivery.objects.bulk_update(waiting, ["title", "payload"], batch_size=500)


def delete_rehearsal_deliveries(*, actor: object, subject: str) -> None:
    """Delete the deliveries of rehearsals about ``subject``, also from the demo mailbox. Real ones remain."""
    Delivery.objects.for_subject(subject).filter(rehearsal=True).delete()


@transaction.atomic
def erase_deliveries_about(*, actor: object, subject: str) -> None:
    """Erase recipient and content of finished deliveries about ``subject``.

    The rows remain, with the dates on which they were sent. Unfinished deliveries do not change.
    """
    ended = Delivery.objects.for_subject(subject).finished()
    PaperLetter.objects.filter(delivery__in=ended).update(number="")
    _empty(ended)


@transaction.atomic
def withdraw_deliveries_about(*, actor: User | None, subject: str, reason: str) -> None:
    """Skip the open deliveries about ``subject``, and erase recipient and content of all of them."""
    for delivery in Delivery.objects.for_subject(subject).open():
        skip_delivery(actor=actor, delivery=delivery, reason=reason)
    erase_deliveries_about(actor=actor, subject=subject)


@transaction.atomic
def erase_recipient(*, actor: User | None = None, carrier: str, recipient: str) -> None:
    """Erase recipient and content of the finished deliveries of one transport to ``recipient``."""
    _empty(Delivery.objects.filter(carrier=carrier, recipient=recipient).finished())


@transaction.atomic
def erase_old_deliveries(*, now: datetime) -> int:
    """Erase recipient and content of e-mails and SMS sent some time ago. Return how many.

    Deliveries about cases are erased with their case.
    """
    old = [*Delivery.objects.due_for_erasure(now - REMEMBERED).values_list("pk", flat=True)[:BATCH_SIZE]]
    _empty(Delivery.objects.filter(pk__in=old))
    return len(old)


def _empty(ended: DeliveryQuerySet) -> None:
    DeliveryEvent.objects.filter(delivery__in=ended).update(text="")
    ended.update(recipient="", title="", payload={}, reason="")


def erase_contents_about(*, actor: object, subject: str) -> None:
    """Erase the content of finished deliveries about ``subject``; recipients remain."""
    Delivery.objects.for_subject(subject).finished().update(payload={})


def _header(value: str) -> str:
    """Return the stripped value. Raise ValueError if it contains control characters, which could add a header."""
    value = str(value).strip()
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("Line breaks have no place in an address or a header.")
    return value


def _wake_on_commit(delivery: Delivery) -> None:
    """Enqueue an attempt on commit.

    Errors are ignored (``robust``): the task may be lost, because a job enqueues it again; the row is safe.
    """
    transaction.on_commit(partial(tasks.attempt_delivery.enqueue, str(delivery.pk)), robust=True)


def _claim(delivery_id: str, now: datetime) -> Delivery | None:
    """Claim the delivery for this worker. Return None if it is not due or another worker was faster."""
    due = Delivery.objects.due(now).filter(pk=delivery_id)
    claimed = due.update(state=State.CARRYING, attempts=F("attempts") + 1, due_at=now + CLAIM)
    return Delivery.objects.get(pk=delivery_id) if claimed else None


def _still(delivery: Delivery) -> DeliveryQuerySet:
    """Return a query for the row that is empty if the claim of ``delivery`` has ended."""
    return Delivery.objects.filter(pk=delivery.pk, state=State.CARRYING, attempts=delivery.attempts)


@transaction.atomic
def _end(delivery: Delivery, state: str, kind: str, reason: str = "") -> None:
    payload = {} if delivery.confidential else delivery.payload
    if _still(delivery).update(state=state, done_at=timezone.now(), reason=reason, payload=payload):
        record_delivery_event(delivery, kind, text=reason)
        delivery_ended.send(sender=Delivery, delivery=delivery)


def _failure_kind(fault: Exception) -> str:
    """Describe a failure for the log, without the answer of the other side, which may name the recipient."""
    cause = getattr(fault, "strerror", None)  # of the operating system
    return f"{type(fault).__name__}: {cause}" if isinstance(cause, str) else type(fault).__name__


def _failed(delivery: Delivery, fault: Exception) -> None:
    """Record a failure. A permanent one concerns only this delivery; any other counts for its transport."""
    now, reason = timezone.now(), describe_fault(fault)[:2000]
    hopeless = isinstance(fault, PermanentFailure)
    if not hopeless and not delivery.rehearsal:
        circuit_breaker.record_failure(delivery.carrier, reason, now)
    due = None if hopeless else next_attempt_at(delivery.attempts, delivery.waits_since, now)
    _put_back(delivery, Kind.FAILED, reason, due)


@transaction.atomic
def _postpone(delivery: Delivery, until: datetime, reason: str = "") -> None:
    """Postpone the delivery, as its transport is down or asked to wait, without counting an attempt.

    The delivery gets stuck if ``until`` is after the last possible attempt.
    """
    reason = reason[:2000]
    if until > last_attempt_at(delivery.waits_since):
        never = _("For a week it could not be handed over.")
        _put_back(delivery, Kind.FAILED, reason or delivery.reason or never, None)
        return
    changes = {"state": State.PENDING, "due_at": until, "woken_at": None, "attempts": delivery.attempts - 1}
    if _still(delivery).update(**changes, reason=reason or delivery.reason) and reason:
        _asked_to_wait(delivery, reason, timezone.now())


def _asked_to_wait(delivery: Delivery, reason: str, now: datetime) -> None:
    """Record the first request to wait. Alert staff after an hour: nothing fails, but nothing is sent either."""
    first = delivery.events.filter(kind=Kind.ASKED, at__gte=delivery.waits_since).first()
    if first is None:
        record_delivery_event(delivery, Kind.ASKED, text=reason)
    elif now >= first.at + LATE_AFTER_ATTEMPTS and not delivery.rehearsal:
        delivery_late.send(sender=Delivery, delivery=delivery, fault=reason)


@transaction.atomic
def _put_back(delivery: Delivery, kind: str, reason: str, due: datetime | None) -> None:
    """Release the claim and schedule the next attempt at ``due``; the delivery is stuck if that is None."""
    state = State.PENDING if due else State.STUCK
    changes = {"state": state, "due_at": due or timezone.now(), "woken_at": None, "reason": reason}
    if _still(delivery).update(**changes):
        record_delivery_event(delivery, kind, text=reason)
        if state == State.STUCK:
            delivery_stuck.send(sender=Delivery, delivery=delivery)
        elif _is_late(delivery, timezone.now()):
            delivery_late.send(sender=Delivery, delivery=delivery, fault=reason)


def _is_late(delivery: Delivery, now: datetime) -> bool:
    """Return whether it has failed for some minutes; always False for rehearsals."""
    faults = delivery.events.filter(kind__in=[Kind.FAILED, Kind.LOST], at__gte=delivery.waits_since)
    first = faults.order_by("at").first()
    return not delivery.rehearsal and first is not None and now >= first.at + LATE_AFTER


def record_delivery_event(
    delivery: Delivery, kind: str, *, actor: User | None = None, text: str = ""
) -> None:
    """Record an event of the delivery, in the caller's transaction."""
    DeliveryEvent.objects.create(delivery=delivery, kind=kind, actor=actor, text=text)
