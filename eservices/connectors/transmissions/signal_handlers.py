"""Signal handlers: corrections and withdrawals are transmitted, deliveries that got stuck wake their case."""

from django.dispatch import receiver

from eservices.cases import actions as cases
from eservices.cases.actors import SYSTEM
from eservices.cases.signals import case_amended, case_erased, event_recorded
from eservices.deliveries.signals import delivery_ended, delivery_stuck

from . import actions


@receiver(case_amended, dispatch_uid="transmissions.correct")
def transmit_corrections(sender, case, actor, **kwargs) -> None:
    actions.transmit_corrections(actor=actor, case=case)


@receiver(event_recorded, dispatch_uid="transmissions.withdraw")
def withdraw_transmissions(sender, case, event, **kwargs) -> None:
    if event.kind in actions.WITHDRAWING:
        actions.withdraw_transmissions(actor=SYSTEM, case=case)


@receiver(delivery_ended, dispatch_uid="transmissions.wake_case")
@receiver(delivery_stuck, dispatch_uid="transmissions.wake_case_of_stuck")
def wake_cases(sender, delivery, **kwargs) -> None:
    if delivery.carrier == actions.CARRIER:
        for transmission in delivery.transmissions.select_related("case"):
            cases.wake_process(case=transmission.case)


@receiver(case_erased, dispatch_uid="transmissions.erase")
def erase_transmissions(sender, case, **kwargs) -> None:
    actions.erase_transmissions(case=case)
