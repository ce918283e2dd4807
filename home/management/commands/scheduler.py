"""Scheduler that runs the due jobs every few seconds. ``manage.py worker`` runs beside it."""

import logging
import signal
import threading
from datetime import datetime

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from ...runtime.database_lock import SWEEP, database_lock
from ...runtime.gc_tuning import freeze_loaded_objects
from ...runtime.log_context import begin_log_context
from ...runtime.outages import DATABASE, READ_ONLY, end_finished_outages, outage_of
from ...runtime.read_only_database import expire_connection, is_database_read_only
from ...scheduling.periodic import due_jobs

logger = logging.getLogger(__name__)

INTERVAL = 15  # seconds
LEASE = 5 * 60  # seconds; a scheduler that is silent for so long holds up no other


class Command(BaseCommand):
    help = "Sweeps what is due and wakes workers for it, until stopped."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="Sweep once and end.")

    def handle(self, *, once: bool, **options):
        if once:
            run_due_jobs()
            return
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        freeze_loaded_objects()
        run_until(stopped)


def run_until(stopped: threading.Event) -> None:
    """Run what is due every few seconds until the event is set."""
    last: dict[str, float] = {}
    while not stopped.is_set():
        run_due_jobs(last)
        stopped.wait(INTERVAL)


def run_due_jobs(last: dict[str, float] | None = None) -> None:
    """Run every job, unless another scheduler is doing so. ``last`` is that of ``due_jobs``.

    None runs while the database is unavailable or accepts no writes, because all would fail.
    """
    begin_log_context()
    close_old_connections()
    try:
        connection.ensure_connection()
        if is_database_read_only():
            READ_ONLY.record_failure("it accepts no writes")
            expire_connection()
            return
        with database_lock(SWEEP, wait=False, lease=LEASE) as free:
            if free:
                _run_jobs(timezone.now(), {} if last is None else last)
    except (OperationalError, InterfaceError) as fault:
        DATABASE.record_failure(fault)
        return
    end_finished_outages()


def _run_jobs(now: datetime, last: dict[str, float]) -> None:
    """Run every job. One that fails is logged and does not stop the others, unless the database is unavailable."""
    for key, look in due_jobs(last):
        begin_log_context(job=key)
        try:
            look(now)
        except Exception as fault:
            if outage_of(fault) is DATABASE:
                DATABASE.record_failure(fault)
                return
            logger.exception("Sweep %s failed", key)
            close_old_connections()
