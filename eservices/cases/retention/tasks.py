"""Task that wakes a worker for an approved disposal. The item's ``due_at`` stores that it is due."""

from django.tasks import task

from . import actions


@task()
def dispose_of_case(item_id: int) -> None:
    actions.dispose_of_case(item_id)
