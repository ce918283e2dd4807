"""Background task of the outbox. If a task is lost, a job enqueues it again, because the row is still due."""

from django.tasks import task

from home.scheduling.task_queues import SLOW

from . import attempts


@task(queue_name=SLOW)
def attempt_delivery(delivery_id: str) -> None:
    attempts.attempt_delivery(delivery_id)
