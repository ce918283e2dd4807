"""All writes for push notifications: subscribe, unsubscribe, send."""

import uuid
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.deliveries import actions as outbox
from eservices.deliveries.models import Delivery
from home.runtime.write_conflicts import retry_on_conflict
from newsletter.models.reader_choices import replace_topics

from .. import announcements
from ..models import ChannelSettings
from ..models.push import Device, endpoint_digest

CARRIER = "news_push"
ID_NAMESPACE = UUID(
    "0f5b7f4c-9d2e-4a53-8f5d-2f7c3b7b3d11"
)  # namespace of the ids of notifications, which are built from key and device


@retry_on_conflict
@transaction.atomic
def subscribe_device(
    *,
    actor: User | None = None,
    endpoint: str,
    p256dh: str,
    auth: str,
    language: str,
    topic_keys: Iterable[str],
) -> None:
    """Subscribe a browser to the topics, or change its topics."""
    fields = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth, "language": language}
    device, _made = Device.objects.update_or_create(digest=endpoint_digest(endpoint), defaults=fields)
    replace_topics(device.topics, topic_keys)


@transaction.atomic
def unsubscribe_device(*, actor: User | None = None, endpoint: str) -> None:
    """Delete a device and skip its waiting notifications. An unknown device is no error."""
    for device in Device.objects.with_endpoint(endpoint):
        waiting = Delivery.objects.filter(carrier=CARRIER, recipient=str(device)).open()
        device.delete()
        for delivery in waiting:
            outbox.skip_delivery(
                actor=None, delivery=delivery, reason=_("The device wants no more notifications.")
            )


def delete_device(*, actor: User | None = None, device_id: int) -> None:
    """Delete a device that its push service does not know any more."""
    Device.objects.filter(pk=device_id).delete()


def follow(
    *,
    actor: User | None = None,
    key: str,
    messages: dict[str, dict[str, Any]],
    language: str,
    told: dict[str, Any],
) -> bool:
    """Rewrite the notifications of ``key`` that are not sent yet.

    Return whether none is sent: then devices may still be added.
    """
    subject = _subject(key)
    spoken = dict(Device.objects.values_list("pk", "language"))

    def content(delivery: Delivery) -> tuple[str, dict[str, Any]]:
        device = delivery.payload["device"]
        message = messages.get(spoken.get(device) or "") or messages[language]
        now = announcements.followed(delivery.payload, told)
        return message["title"], _payload(device, message) | now

    outbox.rewrite(actor=actor, subject=subject, content=content)
    return not Delivery.objects.for_subject(subject).filter(state=Delivery.State.DONE).exists()


def _subject(key: str) -> str:
    return f"news-push:{key}"[:80]


def _payload(device_id: int, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "device": device_id,
        "message": message,
        "text": message["body"],
        "language": message["lang"],
    }


@transaction.atomic
def queue_notifications(
    *,
    actor: User | None = None,
    key: str,
    messages: dict[str, dict[str, Any]],
    language: str,
    devices: Any,
    told: dict[str, Any],
) -> int:
    """Queue a notification for each device, in its language if ``messages`` has it. Return their number.

    ``key`` identifies what is announced: if called twice with the same, no device is notified twice. ``told`` is what
    the transport checks before it sends each notification.
    """
    subject, due = _subject(key), ChannelSettings.load().earliest_send_time(timezone.now())
    known = set(Delivery.objects.for_subject(subject).values_list("id", flat=True))
    number = 0
    for device in devices.order_by("pk"):
        number += 1
        message = uuid.uuid5(ID_NAMESPACE, f"{key}:{device.digest}")
        if message in known:
            continue
        content = messages.get(device.language) or messages[language]
        outbox.queue_delivery(
            id=message,
            carrier=CARRIER,
            recipient=str(device),
            title=content["title"],
            payload=_payload(device.pk, content) | told,
            subject=subject,
            due_at=due,
        )
    return number
