"""Signal handlers for ended transfers, and for events on transferred cases."""

from django.dispatch import receiver

from eservices.cases import actions as cases
from eservices.cases.actors import SYSTEM
from eservices.cases.models import Case
from eservices.cases.signals import event_recorded
from eservices.deliveries.signals import delivery_ended, delivery_stuck

from . import actions
from .document_store_transport import CARRIER


@receiver(delivery_ended)
@receiver(delivery_stuck)
def wake_case_after_transfer(sender, delivery, **kwargs) -> None:
    """Continue the case that waits for its transfer. No case waits for a supplement."""
    if delivery.carrier != CARRIER or "supplement" in delivery.payload:
        return
    case = Case.objects.filter(pk=delivery.payload.get("case")).first()
    if case:
        cases.wake_process(case=case)


@receiver(event_recorded, dispatch_uid="connectors.file_supplement")
def file_what_came_later(sender, case, event, **kwargs) -> None:
    if event.kind in actions.FILED_LATER:
        actions.file_supplement(actor=SYSTEM, case=case)
