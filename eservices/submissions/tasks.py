"""Task that scans a file. When it is due is stored in the file's row."""

from django.tasks import task


@task()
def scan_file(file_id: str) -> None:
    from . import actions

    actions.scan_file(file_id)
