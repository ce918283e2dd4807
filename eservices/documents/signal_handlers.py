"""Signal handlers: delete the documents of rehearsals, erase documents with their case."""

from django.dispatch import receiver

from eservices.cases.signals import case_erased, rehearsal_discarded

from .actions import issuing


@receiver(rehearsal_discarded, dispatch_uid="documents.discard")
def discard_documents(sender, case, actor, **kwargs) -> None:
    issuing.discard_documents(actor=actor, case=case)


@receiver(case_erased, dispatch_uid="documents.erase")
def erase_documents(sender, case, actor, **kwargs) -> None:
    issuing.erase_documents(actor=actor, case=case)
