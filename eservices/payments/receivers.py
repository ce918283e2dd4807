"""What payments hear from below: a rehearsal is thrown away, a case is erased."""

from django.dispatch import receiver

from eservices.cases.signals import case_erased, rehearsal_discarded

from .actions import charges, forgetting
from .contrib.qrbill import actions as bank


@receiver(rehearsal_discarded, dispatch_uid="payments.discard")
def discard_charges(sender, case, actor, **kwargs) -> None:
    charges.discard(actor=actor, case=case)


@receiver(case_erased, dispatch_uid="payments.erase")
def forget_who_paid(sender, case, actor, **kwargs) -> None:
    bank.forget(actor=actor, case=case)
    forgetting.forget(actor=actor, case=case)
