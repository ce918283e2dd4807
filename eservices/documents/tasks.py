"""The wake-up of a document to be made. What must happen stands in its row."""

from django.tasks import task


@task()
def issue(document_id: str) -> None:
    from . import actions  # actions enqueue this task

    actions.issue(document_id)
