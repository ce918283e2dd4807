"""Signal handlers: delete charges of rehearsals, erase payers with their case, invalidate cached prices."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from eservices.cases.signals import case_erased, rehearsal_discarded
from home.caching import site_version

from .actions import charges, erasure
from .contrib.qrbill import actions as bank
from .models import FeePrice, FeeScheduleEntry


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
