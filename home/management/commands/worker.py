"""Worker for background tasks. Each has its own name, by which it finds the tasks it was running when it died.

A thread gives signs of life, so that the scheduler puts back the tasks of a worker that never comes back.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import gethostname
from threading import Event, Thread

from django.core.management.base import BaseCommand
from django.db import (
    DatabaseError,
    InterfaceError,
    InternalError,
    OperationalError,
    close_old_connections,
    connection,
)
from django_tasks_db.management.commands.db_worker import Worker, validate_worker_id

from ...models.heartbeat import Heartbeat
from ...runtime.gc_tuning import freeze_loaded_objects
from ...runtime.outages import READ_ONLY, outage_of, record_outage
from ...runtime.read_only_database import expire_connection
from ...task_recovery import put_back
from ...tasks import prune_task_results

logger = logging.getLogger(__name__)

SIGN_EVERY = 30  # seconds


class Command(BaseCommand):
    help = "Runs background tasks, until stopped. Start every worker with a name of its own."

    def add_arguments(self, parser):
        parser.add_argument("--name", default=f"worker-{gethostname()}"[:64], type=validate_worker_id)
        parser.add_argument("--batch", action="store_true", help="Run what is waiting and end.")
        parser.add_argument("--interval", default=0.5, type=float, help="Seconds between looks at the queue.")

    def handle(self, *, name: str, batch: bool, interval: float, **options):
        worker = Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
        )
        worker.configure_signals()
        freeze_loaded_objects()
        with signs_of_life(name):
            self.run(worker, name)

    def run(self, worker: Worker, name: str) -> None:
        """Run tasks until the worker is stopped. While the database is unavailable, wait."""
        while worker.running:
            try:
                Heartbeat.record_worker(name)
                put_back(name)
                prune_task_results()
                worker.run()
                return
            except (OperationalError, InterfaceError, InternalError) as fault:
                self.wait_for_database(fault)

    def wait_for_database(self, fault: DatabaseError | InterfaceError) -> None:
        """Wait a moment, then connect again. Raise an internal error of the database that is part of no outage."""
        if not record_outage(fault):
            if isinstance(fault, InternalError):
                raise fault
            logger.warning("The database refused; trying again in 5 seconds: %s", fault)
        if outage_of(fault) is READ_ONLY:
            expire_connection()
        close_old_connections()
        time.sleep(5)


@contextmanager
def signs_of_life(name: str) -> Iterator[None]:
    """Record every ``SIGN_EVERY`` seconds that the worker ``name`` lives, until the block ends."""
    ended = Event()
    Thread(target=_give_signs, args=(name, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _give_signs(name: str, ended: Event) -> None:
    while not ended.wait(SIGN_EVERY):
        try:
            Heartbeat.record_worker(name)
        except DatabaseError:
            pass  # the worker itself reports it
        finally:
            connection.close()  # it is this thread's own
