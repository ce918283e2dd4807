"""Background task of the outbox. If a task is lost, a job enqueues it again, because the row is still due."""

from django.tasks import task


@task()
def attempt_delivery(delivery_id: str) -> None:
    from .actions import attempt_delivery  # actions enqueue this task

    attempt_delivery(delivery_id)
