"""Every write to the outbox: put in, carried by a worker, tried again or skipped by staff."""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from . import letters, tasks
from .backoff import next_attempt
from .carriers import CannotCarry, carriers
from .models import Delivery, DeliveryEvent

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)  # longer than any carrier takes; afterwards the worker is taken for dead
State, Kind = Delivery.State, DeliveryEvent.Kind


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
    ``{name, storage, path, content_type}``: the file is read when the letter leaves. A ``confidential``
    letter (a sign-in code) is not shown to staff and its content is dropped once it is sent.
    """
    payload = letters.render(template, context, language) | {
        "language": language,
        "reply_to": _header(reply_to),
        "headers": {_header(name): _header(value) for name, value in (headers or {}).items()},
        "attachments": [attachment | {"name": _header(attachment["name"])} for attachment in attachments],
    }
    return _queue(
        carrier="email",
        recipient=_header(to),
        title=payload["subject"],
        payload=payload,
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
    )


def queue_sms(
    *, actor=None, to: str, text: str, subject: str = "", confidential: bool = False, rehearsal: bool = False
) -> Delivery:
    """Writes an SMS into the outbox, in the caller's transaction."""
    title = _("SMS") if confidential else letters.one_line(text)
    return _queue(
        carrier="sms",
        recipient=_header(to),
        title=title,
        payload={"text": text},
        subject=subject,
        confidential=confidential,
        rehearsal=rehearsal,
    )


def attempt(delivery_id) -> None:
    """Tries a delivery that is due, once. Safe to call at any time, any number of times, from anywhere."""
    delivery = _claim(delivery_id, timezone.now())
    if delivery is None:
        return
    try:
        carriers[delivery.carrier].carry(delivery)
    except Exception as fault:
        logger.warning("Delivery %s failed", delivery_id, exc_info=True)
        _failed(delivery, fault)
    else:
        _sent(delivery)


def recover(now: datetime) -> None:
    """Puts back what a worker claimed and never finished, as after a crash: it is tried again at once."""
    for delivery in Delivery.objects.abandoned(now):
        with transaction.atomic():
            if _still(delivery).update(state=State.PENDING, due_at=now, woken_at=None):
                _record(delivery, Kind.LOST)


def wake(now: datetime) -> None:
    """Wakes a worker for each delivery that is due and has no wake-up under way."""
    for delivery in Delivery.objects.due(now).asleep(now).order_by("due_at")[:500]:
        woken = Delivery.objects.due(now).asleep(now).filter(pk=delivery.pk).update(woken_at=now)
        if woken:
            tasks.carry.enqueue(str(delivery.pk))


@transaction.atomic
def retry(*, actor, delivery: Delivery) -> bool:
    """Tries again now, what the back-off says aside; False where the delivery is under way or at its end."""
    now = timezone.now()
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[State.PENDING, State.STUCK])
    if not waiting.update(state=State.PENDING, due_at=now, woken_at=now):
        return False
    _record(delivery, Kind.RETRIED, actor=actor)
    _wake_on_commit(delivery)
    return True


@transaction.atomic
def skip(*, actor, delivery: Delivery, reason: str) -> bool:
    """Gives up for a reason; False where the delivery is under way or at its end."""
    if not reason.strip():
        raise ValueError("A delivery is skipped for a reason.")
    waiting = Delivery.objects.filter(pk=delivery.pk, state__in=[State.PENDING, State.STUCK])
    if not waiting.update(state=State.SKIPPED, reason=reason, done_at=timezone.now()):
        return False
    _record(delivery, Kind.SKIPPED, actor=actor, text=reason)
    return True


def _header(value: str) -> str:
    """Refuses what would add a header to a letter."""
    value = str(value).strip()
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("Line breaks have no place in an address or a header.")
    return value


def _queue(**fields) -> Delivery:
    now = timezone.now()
    title = fields.pop("title")[:255]
    delivery = Delivery.objects.create(title=title, created_at=now, due_at=now, woken_at=now, **fields)
    _wake_on_commit(delivery)
    return delivery


def _wake_on_commit(delivery: Delivery) -> None:
    """A wake-up may be lost, the row may not: a fault here is none of the caller's."""
    transaction.on_commit(partial(tasks.carry.enqueue, str(delivery.pk)), robust=True)


def _claim(delivery_id, now: datetime) -> Delivery | None:
    """The delivery, now ours alone until the claim ends; None where it is not due or another was faster."""
    due = Delivery.objects.due(now).filter(pk=delivery_id)
    claimed = due.update(state=State.CARRYING, attempts=F("attempts") + 1, due_at=now + CLAIM)
    return Delivery.objects.get(pk=delivery_id) if claimed else None


def _still(delivery: Delivery):
    """The row, if the claim under which ``delivery`` was read still holds."""
    return Delivery.objects.filter(pk=delivery.pk, state=State.CARRYING, attempts=delivery.attempts)


@transaction.atomic
def _sent(delivery: Delivery) -> None:
    payload = {} if delivery.confidential else delivery.payload
    if _still(delivery).update(state=State.DONE, done_at=timezone.now(), reason="", payload=payload):
        _record(delivery, Kind.SENT)


@transaction.atomic
def _failed(delivery: Delivery, fault: Exception) -> None:
    now, reason = timezone.now(), f"{type(fault).__name__}: {fault}"[:2000]
    hopeless = isinstance(fault, CannotCarry)
    due = None if hopeless else next_attempt(delivery.attempts, _first_due(delivery), now)
    state = State.PENDING if due else State.STUCK
    if _still(delivery).update(state=state, due_at=due or now, reason=reason):
        _record(delivery, Kind.FAILED, text=reason)


def _first_due(delivery: Delivery) -> datetime:
    """When the week of trying began: at the last retry by hand, else when the row was written."""
    by_hand = delivery.events.filter(kind=Kind.RETRIED).last()
    return by_hand.at if by_hand else delivery.created_at


def _record(delivery: Delivery, kind: str, *, actor=None, text: str = "") -> None:
    DeliveryEvent.objects.create(delivery=delivery, kind=kind, actor=actor, text=text)
