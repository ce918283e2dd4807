"""Background task for translations. If a task is lost, a job enqueues it again, because a row is still due."""

from django.tasks import task


@task()
def sync_translations(page_id: int) -> None:
    """Update the translations of a service from its source. Does nothing if no update is due."""
    from . import actions  # actions enqueue this task

    actions.sync_translations(page_id)
