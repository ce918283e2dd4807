"""Background task of documents. If a task is lost, a job enqueues it again, because the row is still due."""

from django.tasks import task

from .actions import issuing


@task()
def issue_document(document_id: str) -> None:
    issuing.issue_document(document_id)
