"""A task that does nothing, as baseline."""

from django.tasks import task


@task()
def nothing() -> None:
    """Do nothing. It is queued and run like any other task."""
