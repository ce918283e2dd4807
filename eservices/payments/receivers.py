"""What payments hear: a rehearsal is thrown away, a case is erased, the fee schedule changes."""

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from eservices.cases.signals import case_erased, rehearsal_discarded
from home import generation

from .actions import charges, forgetting
from .contrib.qrbill import actions as bank
from .models import FeeEntry, FeePrice


@receiver(rehearsal_discarded, dispatch_uid="payments.discard")
def discard_charges(sender, case, actor, **kwargs) -> None:
    charges.discard(actor=actor, case=case)


@receiver(case_erased, dispatch_uid="payments.erase")
def forget_who_paid(sender, case, actor, **kwargs) -> None:
    bank.forget(actor=actor, case=case)
    forgetting.forget(actor=actor, case=case)


@receiver([post_save, post_delete], sender=FeeEntry, dispatch_uid="payments.entry_changed")
@receiver([post_save, post_delete], sender=FeePrice, dispatch_uid="payments.price_changed")
def tell_the_new_price(**kwargs) -> None:
    """Pages tell what a service costs: what was kept of them holds no longer."""
    generation.changed()
