"""The outbox of the past: what was queued while the past was played has been sent; a few have not."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from eservices.deliveries.actions import attempt
from eservices.deliveries.models import Delivery, DeliveryEvent

from .. import clock
from .world import World

SHOWN = 40  # letters that the demo mailbox shows
STUCK = "OSError: [Errno 111] Connection refused"


def build(world: World) -> None:
    queued = Delivery.objects.filter(state=Delivery.State.PENDING).order_by("-created_at", "pk")
    latest = list(queued[:SHOWN])
    past = queued.exclude(pk__in=[one.pk for one in latest])
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(delivery=one, kind=DeliveryEvent.Kind.SENT, at=one.created_at) for one in past
    )
    past.update(state=Delivery.State.DONE, attempts=1, done_at=F("created_at"), woken_at=F("created_at"))
    for delivery in reversed(latest[2:]):
        with clock.set_to(delivery.created_at + timedelta(seconds=2)):
            attempt(delivery.pk)
    for delivery in latest[:2]:
        leave(delivery)


def leave(delivery: Delivery) -> None:
    """A letter that the mail server would not take, so that staff see one on the board."""
    at = delivery.created_at
    DeliveryEvent.objects.create(
        delivery=delivery, kind=DeliveryEvent.Kind.FAILED, text=STUCK, at=at + timedelta(seconds=2)
    )
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.STUCK, attempts=9, reason=STUCK, due_at=timezone.now(), woken_at=at
    )
