"""The wake-up of translations. What must happen stands in a row."""

from django.tasks import task


@task()
def sync_translations(page_id: int) -> None:
    """Lets the translations of a service follow its source; harmless where they do."""
    from . import actions  # actions enqueue this task

    actions.sync_translations(page_id)
