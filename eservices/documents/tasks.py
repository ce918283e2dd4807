"""The wake-up of a document to be made. What must happen stands in its row."""

from django.tasks import task


@task()
def issue_document(document_id: str) -> None:
    from .actions import issuing  # actions enqueue this task

    issuing.issue_document(document_id)
