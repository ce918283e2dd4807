"""Periodic job of imports: wake those that an end of the worker left behind, and delete old reports."""

from datetime import datetime

from home.scheduling.periodic import is_task_queued, periodic_jobs

from . import actions
from .models import KEEP, SiteImport
from .tasks import work_on_imports


@periodic_jobs.register("site_imports")
def continue_imports(now: datetime) -> None:
    waiting = SiteImport.objects.filter(state__in=SiteImport.WORKING, busy_until__lte=now)
    if waiting.exists() and not is_task_queued(work_on_imports):
        work_on_imports.enqueue()
    actions.delete_old_imports(now - KEEP)
