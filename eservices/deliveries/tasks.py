"""The wake-up of the outbox. What must happen stands in the row."""

from django.tasks import task


@task()
def carry(delivery_id: str) -> None:
    from .actions import attempt  # actions enqueue this task

    attempt(delivery_id)
