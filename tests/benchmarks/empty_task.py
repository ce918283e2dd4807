"""A task that does nothing, to measure against."""

from django.tasks import task


@task()
def nothing() -> None:
    """Carried like any other."""
