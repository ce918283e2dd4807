"""Attempts of deliveries, as a worker makes them: claim, hand over, retry later."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from home.runtime.log_context import add_to_log_context
from home.web.error_messages import describe_fault

from . import circuit_breaker
from .models import Delivery, DeliveryEvent, DeliveryQuerySet
from .retry_schedule import last_attempt_at, next_attempt_at
from .signals import delivery_ended, delivery_late, delivery_stuck
from .transports import Obsolete, PermanentFailure, RetryLater, circuit_key, transport_for

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)  # longer than any transport takes; afterwards the worker is considered dead
LATE_AFTER = timedelta(minutes=5)  # of failures, after which staff are alerted although it is tried again
LATE_AFTER_ATTEMPTS = timedelta(
    hours=1
)  # of being asked to wait, which is no error; then staff are alerted too
State, Kind = Delivery.State, DeliveryEvent.Kind


def attempt_delivery(delivery_id: str) -> None:
    """Attempt a due delivery once. Safe to call at any time and repeatedly."""
    now = timezone.now()
    add_to_log_context(delivery=delivery_id)
    delivery = _claim(delivery_id, now)
    if delivery is None:
        return None
    if not delivery.rehearsal and (until := circuit_breaker.circuit_open_until(circuit_key(delivery), now)):
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
        circuit_breaker.record_success(circuit_key(delivery))
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
        circuit_breaker.record_failure(circuit_key(delivery), reason, now)
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
