"""The nightly backup."""

import fcntl
import logging
import subprocess
import sys
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from home.scheduling.periodic import periodic_jobs

from .creation import exclusive_backup
from .exceptions import BackupError
from .models import Backup

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(hours=1)
STARTED = "backup-started"  # cache key
running: list[subprocess.Popen] = []  # the process of this scheduler
slot_files: list[Path] = []  # of a host: each backup of a commune locks one of them


@periodic_jobs.register("backup")
def start_due_backup(now: datetime) -> None:
    """Start the backup of the night in a process of its own: a worker or scheduler busy with it would do nothing else.

    One that failed is tried again every hour, and one that finds no free slot on its host at the next visit.
    """
    running[:] = [process for process in running if process.poll() is None]
    if not settings.BACKUP_URL or running or not is_backup_due(now) or is_backup_running():
        return
    if not cache.add(STARTED, True, RETRY_AFTER.total_seconds()):
        return
    slot = take_slot()
    if slot_files and not slot:
        cache.delete(STARTED)
        return
    with slot or nullcontext():  # the process has it open as well, and so holds it until it ends
        running.append(start_process(slot))


def is_backup_due(now: datetime) -> bool:
    """Return whether there is no good backup since the last ``BACKUP_TIME``."""
    local = timezone.localtime(now)
    last = local.replace(
        hour=settings.BACKUP_TIME.hour, minute=settings.BACKUP_TIME.minute, second=0, microsecond=0
    )
    due = last if last <= local else last - timedelta(days=1)
    good = Backup.newest_good() if settings.BACKUP_PROOF else Backup.newest_complete()
    return good is None or good.started_at < due


def is_backup_running() -> bool:
    """Return whether one is made, proven or restored here. A visit of a host does not know that of an earlier one."""
    try:
        with exclusive_backup():
            return False
    except BackupError:
        return True


def share_slots(folder: Path, number: int) -> None:
    """Let so many communes of a host back up at the same time. All of them use the ``folder``."""
    slot_files[:] = [folder / f"backup-{each}.lock" for each in range(number)]


def take_slot() -> IO[str] | None:
    """Return a free slot, locked; None if there is none."""
    for path in slot_files:
        slot = path.open("w", encoding="ascii")
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            slot.close()
        else:
            return slot
    return None


def start_process(slot: IO[str] | None = None) -> subprocess.Popen:
    """Start ``manage.py backup`` with low priority. It logs to where the scheduler logs."""
    prove = ["--prove"] if settings.BACKUP_PROOF else []
    command = ["nice", sys.executable, settings.BASE_DIR / "manage.py", "backup", *prove]
    logger.info("The backup of the night begins")
    return subprocess.Popen(command, pass_fds=[slot.fileno()] if slot else [])
