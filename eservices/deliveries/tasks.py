"""The wake-up of the outbox. What must happen stands in the row."""

from django.tasks import task


@task()
def attempt_delivery(delivery_id: str) -> None:
    from .actions import attempt_delivery  # actions enqueue this task

    attempt_delivery(delivery_id)
