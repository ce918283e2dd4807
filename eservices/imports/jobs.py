"""Periodic jobs of imports: wake a worker for those that are due, and delete old files and reports."""

from datetime import datetime

from home.scheduling.periodic import is_task_queued, once_a_minute, periodic_jobs

from . import actions
from .models import KEEP, SpreadsheetImport
from .tasks import work_on_imports


@periodic_jobs.register("spreadsheet_imports")
@once_a_minute
def continue_imports(now: datetime) -> None:
    waiting = SpreadsheetImport.objects.filter(state__in=SpreadsheetImport.WORKING, due_at__lte=now)
    if waiting.exists() and not is_task_queued(work_on_imports):
        work_on_imports.enqueue()
    actions.delete_old_imports(before=now - KEEP)
