"""What the connectors hear from the outbox: the case whose dossier was filed, or is stuck, goes on."""

from django.dispatch import receiver

from eservices.cases import actions as cases
from eservices.cases.models import Case
from eservices.deliveries.signals import delivery_ended, delivery_stuck


@receiver(delivery_ended)
@receiver(delivery_stuck)
def wake_the_case(sender, delivery, **kwargs) -> None:
    case = Case.objects.filter(pk=delivery.payload.get("case")).first() if delivery.carrier == "ged" else None
    if case:
        cases.wake(case=case)
