"""The wake-up of what waits for the virus scanner. What must happen stands in the file's row."""

from django.tasks import task


@task()
def scan_file(file_id: str) -> None:
    from . import actions

    actions.scan_file(file_id)
