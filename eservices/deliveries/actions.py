"""Every write to the outbox: put in, carried by a worker, tried again or skipped by staff."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.email_addresses import stored_form

from . import circuit_breaker, rendering, tasks
from .models import Delivery, DeliveryEvent, PaperLetter
from .paragraphs import paragraphs_to_text
from .retry_schedule import last_attempt_at, next_attempt_at
from .signals import delivery_ended, delivery_late, delivery_stuck
from .transports import Obsolete, PermanentFailure, RetryLater, transport_for, transports

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)  # longer than any carrier takes; afterwards the worker is taken for dead
LATE_AFTER = timedelta(minutes=5)  # of failing: then staff hears of it, though it is tried again
LATE_AFTER_ATTEMPTS = timedelta(
    hours=1
)  # of being asked to wait, which is no fault: then staff hears of that too
REMEMBERED = timedelta(
    days=30
)  # to whom an e-mail went that is about no case: as long as somebody may ask for it
BATCH_SIZE = 1_000
State, Kind = Delivery.State, DeliveryEvent.Kind


def queue_delivery(
    *, carrier: str, recipient: str, title: str, payload: dict, due_at: datetime | None = None, **fields
) -> Delivery:
    """Writes a delivery for ``carrier`` into the outbox, in the caller's transaction; a worker carries it later.

    Not before ``due_at``, where one is given.
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
    actor=None,
    to: str,
    template: str,
    context: dict,
    language: str,
    subject: str = "",
    attachments: list | tuple = (),
    reply_to: str = "",
    headers: dict | None = None,
    confidential: bool = False,
    rehearsal: bool = False,
) -> Delivery:
    """Writes the letter ``template`` into the outbox, in the caller's transaction; a worker sends it later.

    It is rendered now, in ``language``. ``subject`` says what it is about (``case:UUID``). An attachment is
    ``{name, storage, path, content_type}``: the file is read when the letter leaves; or it is short and brings its
    ``text`` itself. A ``confidential``
    letter (a sign-in code) is not shown to staff and its content is dropped once it is sent.
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
    actor=None,
    to: str,
    text: str,
    subject: str = "",
    confidential: bool = False,
    rehearsal: bool = False,
    due_at: datetime | None = None,
) -> Delivery:
    """Writes an SMS into the outbox, in the caller's transaction; it leaves not before ``due_at``."""
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
    actor=None,
    address: list[str],
    title: str,
    paragraphs: list,
    language: str,
    subject: str = "",
    office: str = "",
    sender: str = "",
    registered: bool = False,
    enclosures: list | tuple = (),
    slip: dict | None = None,
    confidential: bool = False,
    rehearsal: bool = False,
) -> Delivery:
    """Writes a letter on paper into the print queue, in the caller's transaction; people print and post it.

    ``address`` are the lines seen in the window, the name first; without any, somebody must write them before
    it is printed. ``paragraphs`` are data, see ``paper.paragraphs``. ``office`` is the key of the team that
    posts it, ``sender`` its name on the letterhead. An enclosure, ``{name, storage, path}``, is a PDF that is
    printed after the letter; ``slip``, ``{svg, alt}``, a payment part of 210 mm across at its foot. Of a
    ``confidential`` letter nothing is kept once it is posted. One of a rehearsal goes to the demo's mailbox.
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


def attempt_delivery(delivery_id) -> None:
    """Tries a delivery that is due, once. Safe to call at any time, any number of times, from anywhere."""
    now = timezone.now()
    delivery = _claim(delivery_id, now)
    if delivery is None:
        return None
    if not delivery.rehearsal and (until := circuit_breaker.circuit_open_until(delivery.carrier, now)):
        return _postpone(delivery, until)
    try:
        transport_for(delivery).carry(delivery)
    except RetryLater as wait:
        _postpone(delivery, wait.until, str(wait))
    except Obsolete as end:
        _end(delivery, State.SKIPPED, Kind.SKIPPED, str(end))
    except Exception as fault:
        logger.warning("Delivery %s failed", delivery_id, exc_info=True)
        _failed(delivery, fault)
    else:
        circuit_breaker.record_success(delivery.carrier)
        _end(delivery, State.DONE, Kind.SENT)


def save_transport_state(delivery: Delivery, **facts) -> None:
    """Writes down what a carrier must know if it is asked for the same delivery again."""
    delivery.payload |= facts
    _still(delivery).update(payload=delivery.payload)


def recover_abandoned(now: datetime) -> None:
    """Puts back what a worker claimed and never finished, as after a crash.

    The first time it is tried again at once. What ends its worker again waits and gives up as a fault does.
    """
    for delivery in Delivery.objects.abandoned(now):
        due = now if delivery.attempts <= 1 else next_attempt_at(delivery.attempts, delivery.waits_since, now)
        _put_back(delivery, Kind.LOST, _("The worker ended while it was being sent."), due)


def wake_due_deliveries(now: datetime) -> None:
    """Wakes a worker for each delivery that is due and has no wake-up under way."""
    for delivery in Delivery.objects.due(now).asleep(now).order_by("due_at")[:500]:
        woken = Delivery.objects.due(now).asleep(now).filter(pk=delivery.pk).update(woken_at=now)
        if woken:
            tasks.attempt_delivery.enqueue(str(delivery.pk))


@transaction.atomic
def retry_now(*, actor, delivery: Delivery) -> bool:
    """Tries again now, what the back-off says aside; False where the delivery is under way or at its end."""
    now = timezone.now()
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[State.PENDING, State.STUCK])
    if not waiting.update(state=State.PENDING, due_at=now, waits_since=now, woken_at=now):
        return False
    circuit_breaker.allow_next_attempt(delivery.carrier, now)
    record_delivery_event(delivery, Kind.RETRIED, actor=actor)
    _wake_on_commit(delivery)
    return True


@transaction.atomic
def resume_transport(*, actor, carrier: str) -> None:
    """The carrier was tested and answers: what waits for it goes out now, whatever its back-off says.

    What is to leave later, and what is stuck, stays as it is.
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
    """A letter that a mail server had taken did not arrive: it waits for a person, as one that is refused at once.

    Told twice, it is kept once; False where there is nothing to keep.
    """
    now, reason = timezone.now(), f"{_('It came back.')} {reason}".strip()[:2000]
    left = Delivery.objects.may_come_back().filter(pk=letter.pk)
    if not left.update(state=State.STUCK, done_at=None, due_at=now, woken_at=None, reason=reason):
        return False
    record_delivery_event(letter, Kind.FAILED, text=reason)
    delivery_stuck.send(sender=Delivery, delivery=letter)
    return True


@transaction.atomic
def skip_delivery(*, actor, delivery: Delivery, reason: str) -> bool:
    """Gives up for a reason; False where the delivery is under way or at its end."""
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
def rewrite(*, actor=None, subject: str, content: Callable[[Delivery], tuple[str, dict]]) -> None:
    """Give all deliveries about ``subject`` that have not left the title and payload that ``content`` returns.

    A delivery that a worker has in hand is rewritten too: it leaves as it was, or is tried again as it is now.
    """
    waiting = list(Delivery.objects.about(subject).open().select_for_update())
    for delivery in waiting:
        title, delivery.payload = content(delivery)
        delivery.title = title[:255]
    Delivery.objects.bulk_update(waiting, ["title", "payload"], batch_size=500)


def delete_rehearsal_deliveries(*, actor, subject: str) -> None:
    """Deletes what rehearsals wrote about ``subject``, from the mailbox too. What is real stays."""
    Delivery.objects.about(subject).filter(rehearsal=True).delete()


@transaction.atomic
def erase_deliveries_about(*, actor, subject: str) -> None:
    """Erases recipient and content of finished deliveries about ``subject``, keeps that and when they were sent.

    Unfinished deliveries are not touched.
    """
    ended = Delivery.objects.about(subject).ended()
    PaperLetter.objects.filter(delivery__in=ended).update(number="")
    _empty(ended)


@transaction.atomic
def erase_recipient(*, actor=None, carrier: str, recipient: str) -> None:
    """Forgets who was written to: what ``carrier`` brought to ``recipient``. What is open stays whole."""
    _empty(Delivery.objects.filter(carrier=carrier, recipient=recipient).ended())


@transaction.atomic
def erase_old_deliveries(*, now: datetime) -> int:
    """Forgets to whom e-mails and SMS went some time ago, and what they said; answers how many. What is about a case
    goes with its case.
    """
    old = [*Delivery.objects.to_forget(now - REMEMBERED).values_list("pk", flat=True)[:BATCH_SIZE]]
    _empty(Delivery.objects.filter(pk__in=old))
    return len(old)


def _empty(ended) -> None:
    DeliveryEvent.objects.filter(delivery__in=ended).update(text="")
    ended.update(recipient="", title="", payload={}, reason="")


def erase_contents_about(*, actor, subject: str) -> None:
    """Forgets what letters about ``subject`` said that reached their end; to whom they went stays."""
    Delivery.objects.about(subject).ended().update(payload={})


def _header(value: str) -> str:
    """Refuses what would add a header to a letter."""
    value = str(value).strip()
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("Line breaks have no place in an address or a header.")
    return value


def _wake_on_commit(delivery: Delivery) -> None:
    """A wake-up may be lost, the row may not: a fault here is none of the caller's."""
    transaction.on_commit(partial(tasks.attempt_delivery.enqueue, str(delivery.pk)), robust=True)


def _claim(delivery_id, now: datetime) -> Delivery | None:
    """The delivery, now ours alone until the claim ends; None where it is not due or another was faster."""
    due = Delivery.objects.due(now).filter(pk=delivery_id)
    claimed = due.update(state=State.CARRYING, attempts=F("attempts") + 1, due_at=now + CLAIM)
    return Delivery.objects.get(pk=delivery_id) if claimed else None


def _still(delivery: Delivery):
    """The row, if the claim under which ``delivery`` was read still holds."""
    return Delivery.objects.filter(pk=delivery.pk, state=State.CARRYING, attempts=delivery.attempts)


@transaction.atomic
def _end(delivery: Delivery, state: str, kind: str, reason: str = "") -> None:
    payload = {} if delivery.confidential else delivery.payload
    if _still(delivery).update(state=state, done_at=timezone.now(), reason=reason, payload=payload):
        record_delivery_event(delivery, kind, text=reason)
        delivery_ended.send(sender=Delivery, delivery=delivery)


def _failed(delivery: Delivery, fault: Exception) -> None:
    """A hopeless delivery is its own fault, any other may be the carrier's."""
    now, reason = timezone.now(), f"{type(fault).__name__}: {fault}"[:2000]
    hopeless = isinstance(fault, PermanentFailure)
    if not hopeless and not delivery.rehearsal:
        circuit_breaker.record_failure(delivery.carrier, reason, now)
    due = None if hopeless else next_attempt_at(delivery.attempts, delivery.waits_since, now)
    _put_back(delivery, Kind.FAILED, reason, due)


@transaction.atomic
def _postpone(delivery: Delivery, until: datetime, reason: str = "") -> None:
    """Waits for a carrier that is down or asks for patience, without counting as an attempt; not for ever."""
    reason = reason[:2000]
    if until > last_attempt_at(delivery.waits_since):
        never = _("For a week it could not be handed over.")
        _put_back(delivery, Kind.FAILED, reason or delivery.reason or never, None)
        return
    changes = {"state": State.PENDING, "due_at": until, "woken_at": None, "attempts": delivery.attempts - 1}
    if _still(delivery).update(**changes, reason=reason or delivery.reason) and reason:
        _asked_to_wait(delivery, reason, timezone.now())


def _asked_to_wait(delivery: Delivery, reason: str, now: datetime) -> None:
    """The first time is kept. After an hour of it staff hear: nothing fails, yet nothing goes out either."""
    first = delivery.events.filter(kind=Kind.ASKED, at__gte=delivery.waits_since).first()
    if first is None:
        record_delivery_event(delivery, Kind.ASKED, text=reason)
    elif now >= first.at + LATE_AFTER_ATTEMPTS and not delivery.rehearsal:
        delivery_late.send(sender=Delivery, delivery=delivery, fault=reason)


@transaction.atomic
def _put_back(delivery: Delivery, kind: str, reason: str, due: datetime | None) -> None:
    """To be tried again when it is ``due``; stuck where that is never."""
    state = State.PENDING if due else State.STUCK
    changes = {"state": state, "due_at": due or timezone.now(), "woken_at": None, "reason": reason}
    if _still(delivery).update(**changes):
        record_delivery_event(delivery, kind, text=reason)
        if state == State.STUCK:
            delivery_stuck.send(sender=Delivery, delivery=delivery)
        elif _is_late(delivery, timezone.now()):
            delivery_late.send(sender=Delivery, delivery=delivery, fault=reason)


def _is_late(delivery: Delivery, now: datetime) -> bool:
    """Whether it has failed for some minutes; never of a rehearsal."""
    faults = delivery.events.filter(kind__in=[Kind.FAILED, Kind.LOST], at__gte=delivery.waits_since)
    first = faults.order_by("at").first()
    return not delivery.rehearsal and first is not None and now >= first.at + LATE_AFTER


def record_delivery_event(delivery: Delivery, kind: str, *, actor=None, text: str = "") -> None:
    """Keeps what happened to the delivery, in the transaction in which it happens."""
    DeliveryEvent.objects.create(delivery=delivery, kind=kind, actor=actor, text=text)
