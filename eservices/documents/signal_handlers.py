"""Signal handlers: issue drawn documents, delete those of rehearsals, erase documents with their case."""

from functools import partial

from django.db import transaction
from django.dispatch import receiver

from eservices.cases.signals import case_erased, rehearsal_discarded

from .actions import issuing
from .signals import document_drawn
from .tasks import issue_document


@receiver(document_drawn, dispatch_uid="documents.wake_worker")
def wake_worker(sender, document, **kwargs) -> None:
    """Wake a worker after the commit. If the wake-up is lost, a job finds the row that says what is due."""
    transaction.on_commit(partial(issue_document.enqueue, str(document.pk)), robust=True)


@receiver(rehearsal_discarded, dispatch_uid="documents.discard")
def discard_documents(sender, case, actor, **kwargs) -> None:
    issuing.discard_documents(actor=actor, case=case)


@receiver(case_erased, dispatch_uid="documents.erase")
def erase_documents(sender, case, actor, **kwargs) -> None:
    issuing.erase_documents(actor=actor, case=case)
