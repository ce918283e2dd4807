"""Background task of documents. If a task is lost, a job enqueues it again, because the row is still due."""

from django.tasks import task


@task()
def issue_document(document_id: str) -> None:
    from .actions import issuing  # actions enqueue this task

    issuing.issue_document(document_id)
