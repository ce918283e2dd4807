"""Signal handlers: events of the audit log become messages, and a message that ended lets the next one go."""

from django.dispatch import receiver

from eservices.cases.actors import SYSTEM
from eservices.cases.signals import event_recorded
from eservices.deliveries.signals import delivery_ended, delivery_stuck

from . import actions


@receiver(event_recorded, dispatch_uid="webhooks.queue_event")
def queue_recorded_event(sender, case, event, **kwargs) -> None:
    actions.queue_event(actor=SYSTEM, case=case, event=event)
    if event.kind == "notified":
        actions.wake_messages_of_case(actor=SYSTEM, case=case)


@receiver(delivery_ended, dispatch_uid="webhooks.wake_next")
@receiver(delivery_stuck, dispatch_uid="webhooks.wake_next_of_stuck")
def wake_next_message(sender, delivery, **kwargs) -> None:
    if delivery.carrier == actions.CARRIER:
        actions.wake_next(actor=SYSTEM, delivery=delivery)
