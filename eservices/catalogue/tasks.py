"""Background task for translations. If a task is lost, a job enqueues it again, because a row is still due."""

from django.tasks import task

from .translation_updates import run_translation_update


@task()
def sync_translations(page_id: int) -> None:
    """Update the translations of a service from its source. Does nothing if no update is due."""
    run_translation_update(page_id)
