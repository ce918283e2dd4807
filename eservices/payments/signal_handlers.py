"""Signal handlers: wake workers, delete charges of rehearsals, erase payers with their case, invalidate prices."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from eservices.cases.signals import case_erased, rehearsal_discarded
from home.caching import site_version

from . import tasks
from .actions import charges, erasure
from .contrib.qrbill import actions as bank
from .models import FeePrice, FeeScheduleEntry
from .providers import can_be_polled
from .signals import payment_due, refund_due


@receiver(payment_due, dispatch_uid="payments.wake_worker")
def wake_worker(sender, payment_id, **kwargs) -> None:
    """Wake a worker to poll the payment. If the wake-up is lost, a job finds the row that says what is due."""
    tasks.poll_payment.enqueue(str(payment_id))


@receiver(refund_due, dispatch_uid="payments.run_refund")
def run_refund(sender, refund, **kwargs) -> None:
    """Wake a worker for a refund by its provider; run one at the counter now, because an agent waits to pay it out."""
    carry = tasks.run_refund.enqueue if can_be_polled(refund.payment) else tasks.run_refund.call
    carry(str(refund.pk))


@receiver(rehearsal_discarded, dispatch_uid="payments.discard")
def discard_charges(sender, case, actor, **kwargs) -> None:
    charges.discard_charges(actor=actor, case=case)


@receiver(case_erased, dispatch_uid="payments.erase")
def erase_payers_of_case(sender, case, actor, **kwargs) -> None:
    bank.erase_debtors(actor=actor, case=case)
    erasure.erase_payers(actor=actor, case=case)


@receiver([post_save, post_delete], sender=FeeScheduleEntry, dispatch_uid="payments.entry_changed")
@receiver([post_save, post_delete], sender=FeePrice, dispatch_uid="payments.price_changed")
def invalidate_cached_prices(**kwargs) -> None:
    """Invalidate cached pages, because they show prices of the fee schedule."""
    site_version.invalidate_site()
