"""The wake-up of an approved case. What must happen stands in its row, as ``due_at``."""

from django.tasks import task


@task()
def dispose_of_case(item_id: int) -> None:
    from . import actions  # actions enqueue this task

    actions.dispose_of_case(item_id)
