"""Every write of webhooks: endpoints and their keys, and events put into the outbox."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from eservices.accounts.models import User
from eservices.cases.models import Case, CaseEvent
from eservices.deliveries import actions as deliveries
from eservices.deliveries.models import Delivery, DeliveryQuerySet
from home.exceptions import ActionRefused

from . import sending
from .logic.event_types import EVENT_TYPES, TEST, event_payload, parse_message_id
from .logic.signatures import HMAC, new_key
from .models import WebhookEndpoint, WebhookKey, WebhookMessage

CARRIER = "webhook"
LOGGED = "webhooks.endpoint"
OVERLAP = timedelta(hours=24)  # for which a replaced key signs beside the new one
KEPT = timedelta(days=30)  # after which a message that ended is deleted with its attempts
BATCH_SIZE = 500


class WebhookRefused(ActionRefused):
    """An action on a webhook is not possible now."""


# -- Events --------------------------------------------------------------------------------------------------
def queue_event(*, actor: object, case: Case, event: CaseEvent) -> None:
    """Put an event into the outbox for each endpoint that listens. Runs in the transaction of the event.

    Rehearsals are told to nobody.
    """
    if case.rehearsal or event.kind not in EVENT_TYPES:
        return
    for endpoint in WebhookEndpoint.objects.enabled().prefetch_related("services"):
        services = {form.pk for form in endpoint.services.all()}
        if event.kind in endpoint.kinds and (not services or case.form_id in services):
            _queue_message(endpoint, case, event)


def _queue_message(endpoint: WebhookEndpoint, case: Case, event: CaseEvent) -> None:
    payload = event_payload(
        event.kind,
        event.at,
        case=case.pk,
        reference=case.reference,
        service=case.form.slug,
        number=event.number,
        data=event.data,
    )
    delivery = deliveries.queue_delivery(
        carrier=CARRIER,
        recipient=endpoint.name,
        title=payload["type"],  # without the reference: who looks after the outbox may not see the case
        payload={"endpoint": endpoint.pk, "event": payload},
    )
    WebhookMessage.objects.create(
        endpoint=endpoint, delivery=delivery, case=case, number=event.number, type=payload["type"]
    )


def wake_next(*, actor: object, delivery: Delivery) -> None:
    """Make the next event of the same case due, once the one before has ended."""
    message = WebhookMessage.objects.filter(delivery=delivery).first()
    following = message and WebhookMessage.objects.after(message).unfinished().first()
    if following and not WebhookMessage.objects.before(following).unfinished().exists():
        deliveries.hasten_delivery(actor=actor, delivery=following.delivery)


def wake_messages_of_case(*, actor: object, case: Case) -> None:
    """Make the events of a case due, once the applicant has learnt of its decision."""
    held = WebhookMessage.objects.unfinished().filter(case=case).select_related("delivery")
    for message in held.order_by("number"):
        deliveries.hasten_delivery(actor=actor, delivery=message.delivery)


# -- Endpoints -----------------------------------------------------------------------------------------------
@transaction.atomic
def add_first_key(*, actor: User, endpoint: WebhookEndpoint, version: str = HMAC) -> WebhookKey:
    """Give a new endpoint its key."""
    return WebhookKey.objects.create(endpoint=endpoint, version=version, value=new_key(version))


@transaction.atomic
def rotate_key(*, actor: User, endpoint: WebhookEndpoint, version: str) -> WebhookKey:
    """Add a new key. The one before signs beside it for a day."""
    now = timezone.now()
    endpoint = _lock(endpoint)
    if endpoint.keys.valid(now).count() > 1:
        raise WebhookRefused(_("Two keys are valid already. End the former one first."))
    endpoint.keys.valid(now).update(expires_at=now + OVERLAP)
    key = WebhookKey.objects.create(
        endpoint=endpoint, version=version, value=new_key(version), created_at=now
    )
    _log(endpoint, actor, "rotated", version=version)
    return key


@transaction.atomic
def end_key(*, actor: User, key: WebhookKey) -> None:
    """End a replaced key before its time. The last key cannot be ended."""
    now = timezone.now()
    endpoint = _lock(key.endpoint)
    if not endpoint.keys.valid(now).exclude(pk=key.pk).exists():
        raise WebhookRefused(_("Without a key nobody could verify the messages. Rotate it instead."))
    endpoint.keys.filter(pk=key.pk).update(expires_at=now)
    _log(endpoint, actor, "ended")


def log_key_shown(*, actor: User, key: WebhookKey) -> None:
    """Log that a person saw the key."""
    _log(key.endpoint, actor, "shown")


@transaction.atomic
def disable_endpoint(*, actor: User | None, endpoint: WebhookEndpoint, reason: str = "") -> None:
    """Stop telling an endpoint of events. What waits is skipped; a replay sends it once it is enabled."""
    endpoint = _lock(endpoint)
    if not endpoint.is_enabled:
        return
    endpoint.disabled_at, endpoint.disabled_because = timezone.now(), reason[:200]
    endpoint.replay_after = endpoint.replay_until = None
    endpoint.save(update_fields=["disabled_at", "disabled_because", "replay_after", "replay_until"])
    _skip_waiting(endpoint, actor, reason or _("The webhook is disabled."))
    _log(endpoint, actor, "disabled", reason=reason)


@transaction.atomic
def enable_endpoint(*, actor: User, endpoint: WebhookEndpoint) -> None:
    """Tell an endpoint of events from now on."""
    endpoint = _lock(endpoint)
    if endpoint.is_enabled:
        return
    endpoint.disabled_at, endpoint.disabled_because = None, ""
    endpoint.save(update_fields=["disabled_at", "disabled_because"])
    _log(endpoint, actor, "enabled")


@transaction.atomic
def delete_endpoint(*, actor: User, endpoint: WebhookEndpoint) -> None:
    """Delete an endpoint with its keys and messages. What waits is skipped."""
    _skip_waiting(endpoint, actor, _("The webhook was deleted."))
    log(instance=endpoint, action="wagtail.delete", user=actor, deleted=True)
    endpoint.delete()


def test_endpoint(*, actor: User, endpoint: WebhookEndpoint) -> int:
    """Send an event of the type ``webhook.test`` now. Return the status of the answer.

    Not within a transaction: the request may take some seconds.
    """
    now = timezone.now()
    _log(endpoint, actor, "tested")
    payload = {"type": TEST, "timestamp": now.isoformat(timespec="milliseconds"), "data": {}}
    return sending.send_message(endpoint, f"test_{endpoint.pk}_{int(now.timestamp() * 1000)}", payload, now)


def resume_endpoint(*, actor: User, endpoint: WebhookEndpoint) -> None:
    """Send what waits for an endpoint now, after a successful test."""
    circuit = f"{CARRIER}:{endpoint.pk}"
    deliveries.resume_receiver(actor=actor, circuit=circuit, waiting=_open_deliveries(endpoint))


# -- Replay --------------------------------------------------------------------------------------------------
@transaction.atomic
def start_replay(
    *, actor: User, endpoint: WebhookEndpoint, since: datetime | None = None, event: str = ""
) -> None:
    """Send the events since a time, or after the event with an id, once more. A job puts them into the outbox."""
    endpoint = _lock(endpoint)
    if not endpoint.is_enabled:
        raise WebhookRefused(_("Enable the webhook first."))
    if endpoint.replay_until is not None:
        raise WebhookRefused(_("A replay is running already."))
    events = CaseEvent.objects.order_by("pk")
    if event:
        endpoint.replay_after = _event_with_id(event)
    else:
        first = events.filter(at__gte=since).values_list("pk", flat=True).first()
        endpoint.replay_after = first - 1 if first else events.values_list("pk", flat=True).last() or 0
    endpoint.replay_until = events.values_list("pk", flat=True).last() or 0
    endpoint.save(update_fields=["replay_after", "replay_until"])
    _log(endpoint, actor, "replayed", since=since.isoformat() if since else event)


def _event_with_id(text: str) -> int:
    """Return the key of the case event with the id of a message. Raise WebhookRefused if there is none."""
    found = parse_message_id(text)
    known = found and CaseEvent.objects.filter(case=found[0], number=found[1], case__rehearsal=False).first()
    if not known:
        raise WebhookRefused(_("There is no event with this id."))
    return int(known.pk)


@transaction.atomic
def continue_replay(*, endpoint: WebhookEndpoint) -> None:
    """Put the next events of a replay into the outbox. One that is still tried there is not queued again."""
    endpoint = _lock(endpoint)
    if endpoint.replay_until is None or endpoint.replay_after is None:
        return
    events = _replayed_events(endpoint)
    for event in events:
        if not _is_tried(endpoint, event):
            _queue_message(endpoint, event.case, event)
    if len(events) < BATCH_SIZE:
        endpoint.replay_after = endpoint.replay_until = None
    else:
        endpoint.replay_after = events[-1].pk
    endpoint.save(update_fields=["replay_after", "replay_until"])


def _replayed_events(endpoint: WebhookEndpoint) -> list[Any]:
    events = CaseEvent.objects.filter(
        pk__gt=endpoint.replay_after,
        pk__lte=endpoint.replay_until,
        kind__in=endpoint.kinds,
        case__rehearsal=False,
    )
    if services := list(endpoint.services.values_list("pk", flat=True)):
        events = events.filter(case__form__in=services)
    return list(events.select_related("case__form").order_by("pk")[:BATCH_SIZE])


def _is_tried(endpoint: WebhookEndpoint, event: CaseEvent) -> bool:
    """Return whether the event is still to be sent. One that was given up is what a replay is for."""
    return endpoint.messages.unfinished().filter(case=event.case_id, number=event.number).exists()


# -- Retention -----------------------------------------------------------------------------------------------
@transaction.atomic
def delete_old_messages(*, now: datetime) -> int:
    """Delete messages that ended a month ago, with their attempts, and keys that ended. Return how many messages."""
    WebhookKey.objects.filter(expires_at__lt=now - KEPT).delete()
    ended = Delivery.objects.finished().filter(carrier=CARRIER, done_at__lt=now - KEPT)
    old = list(ended.values_list("pk", flat=True)[:BATCH_SIZE])
    Delivery.objects.filter(pk__in=old).delete()
    return len(old)


def _skip_waiting(endpoint: WebhookEndpoint, actor: User | None, reason: str) -> None:
    for delivery in _open_deliveries(endpoint):
        deliveries.skip_delivery(actor=actor, delivery=delivery, reason=reason)


def _open_deliveries(endpoint: WebhookEndpoint) -> DeliveryQuerySet:
    return Delivery.objects.open().filter(webhook__endpoint=endpoint)


def _lock(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)


def _log(endpoint: WebhookEndpoint, actor: User | None, what: str, **data: str) -> None:
    log(instance=endpoint, action=LOGGED, user=actor, data={"what": what, **data})
