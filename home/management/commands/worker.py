"""Worker for background tasks. Each has its own name, by which it finds the tasks it was running when it died.

A thread gives signs of life, so that the scheduler puts back the tasks of a worker that never comes back. It has two
lanes, each a process: a mail server that hangs holds up only what waits for servers of others.
"""

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
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
from ...runtime.forked_processes import ForkedProcesses
from ...runtime.gc_tuning import freeze_loaded_objects
from ...runtime.outages import READ_ONLY, outage_of, record_outage
from ...runtime.read_only_database import expire_connection
from ...scheduling.task_queues import DEFAULT, SLOW, QueueWatch
from ...task_recovery import put_back
from ...tasks import prune_task_results
from .scheduler import run_until

logger = logging.getLogger(__name__)

SIGN_EVERY = 30  # seconds
MAIN, SLOW_LANE = "worker", "worker-slow"
LANES = {MAIN: DEFAULT, SLOW_LANE: SLOW}  # name of the lane → its queue


class Command(BaseCommand):
    help = "Runs background tasks, until stopped. Start every worker with a name of its own."

    def add_arguments(self, parser):
        parser.add_argument("--name", default=f"worker-{gethostname()}"[:64], type=validate_worker_id)
        parser.add_argument("--batch", action="store_true", help="Run what is waiting and end.")
        parser.add_argument(
            "--interval", default=0.5, type=float, help="Seconds between looks at the queue of SQLite."
        )
        parser.add_argument("--lane", choices=[*LANES], help="Run one lane only, in this process.")
        parser.add_argument("--scheduler", action="store_true", help="Run the scheduler too, in a thread.")

    def handle(
        self, *, name: str, batch: bool, interval: float, lane: str | None, scheduler: bool, **options
    ):
        if batch or lane:
            self.run_lane(name, lane, batch, interval, scheduler)
            return
        mains = {
            each: partial(self.run_lane, name, each, False, interval, scheduler and each == MAIN)
            for each in LANES
        }
        ForkedProcesses(mains).run()

    def run_lane(self, name: str, lane: str | None, batch: bool, interval: float, scheduler: bool) -> None:
        """Run the tasks of a lane, or of all."""
        name = f"{name[: 64 - len(lane)]}-slow" if lane == SLOW_LANE else name
        worker = Worker(
            queue_names=[LANES[lane]] if lane else ["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=name,
        )
        worker.configure_signals()
        freeze_loaded_objects()
        watch = QueueWatch(LANES[lane], interval) if lane and not batch else None
        with signs_of_life(name), scheduler_thread(scheduler):
            self.run(worker, name, watch)

    def run(self, worker: Worker, name: str, watch: QueueWatch | None) -> None:
        """Run tasks until the worker is stopped, or none waits and nothing watches for more.

        While the database is unavailable, wait.
        """
        prepared = False
        while worker.running:
            try:
                if not prepared:
                    Heartbeat.record_worker(name)
                    put_back(name)
                    prune_task_results()
                    prepared = True
                worker.run()
                if watch is None:
                    return
                if worker.running:
                    watch.wait()
            except (OperationalError, InterfaceError, InternalError) as fault:
                prepared = False
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


@contextmanager
def scheduler_thread(wanted: bool) -> Iterator[None]:
    """Run the scheduler in a thread within the block, if ``wanted``. It finishes its jobs before the block ends."""
    ended = Event()
    thread = Thread(target=_schedule, args=(ended,), daemon=True)
    if wanted:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if wanted:
            thread.join()


def _schedule(ended: Event) -> None:
    try:
        run_until(ended)
    except Exception:
        logger.exception("The scheduler failed")
        os.kill(os.getpid(), signal.SIGTERM)  # the parent starts both again
    finally:
        connection.close()


def _give_signs(name: str, ended: Event) -> None:
    while not ended.wait(SIGN_EVERY):
        try:
            Heartbeat.record_worker(name)
        except DatabaseError:
            pass  # the worker itself reports it
        finally:
            connection.close()  # it is this thread's own
