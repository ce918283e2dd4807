"""The nightly backup."""

import logging
import subprocess
import sys
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from home.scheduling.periodic import periodic_jobs

from .models import Backup

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(hours=1)
running: list[subprocess.Popen] = []  # the process of this scheduler


@periodic_jobs.register("backup")
def start_due_backup(now: datetime) -> None:
    """Start the backup of the night in a process of its own: a worker or scheduler busy with it would do nothing else.

    One that failed is tried again every hour.
    """
    running[:] = [process for process in running if process.poll() is None]
    if not settings.BACKUP_URL or running or not is_backup_due(now):
        return
    if cache.add("backup-started", True, RETRY_AFTER.total_seconds()):
        running.append(start_process())


def is_backup_due(now: datetime) -> bool:
    """Return whether there is no good backup since the last ``BACKUP_TIME``."""
    local = timezone.localtime(now)
    last = local.replace(
        hour=settings.BACKUP_TIME.hour, minute=settings.BACKUP_TIME.minute, second=0, microsecond=0
    )
    due = last if last <= local else last - timedelta(days=1)
    good = Backup.newest_good() if settings.BACKUP_PROOF else Backup.newest_complete()
    return good is None or good.started_at < due


def start_process() -> subprocess.Popen:
    """Start ``manage.py backup`` with low priority. It logs to where the scheduler logs."""
    prove = ["--prove"] if settings.BACKUP_PROOF else []
    logger.info("The backup of the night begins")
    return subprocess.Popen(["nice", sys.executable, settings.BASE_DIR / "manage.py", "backup", *prove])  # noqa: S607
