"""What documents hear from below: a rehearsal is thrown away, a case is erased."""

from django.dispatch import receiver

from eservices.cases.signals import case_erased, rehearsal_discarded

from . import actions


@receiver(rehearsal_discarded, dispatch_uid="documents.discard")
def discard_documents(sender, case, actor, **kwargs) -> None:
    actions.discard(actor=actor, case=case)


@receiver(case_erased, dispatch_uid="documents.erase")
def erase_documents(sender, case, actor, **kwargs) -> None:
    actions.erase(actor=actor, case=case)
