"""Worker for background tasks. Each has its own name, by which it finds the tasks it was running when it died."""

import logging
import time

from django.core.management.base import BaseCommand
from django.db import InterfaceError, InternalError, OperationalError, close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker, validate_worker_id
from django_tasks_db.models import DBTaskResult, TaskResultStatus

from ...runtime.gc_tuning import freeze_loaded_objects
from ...runtime.outages import record_outage
from ...tasks import prune_task_results

logger = logging.getLogger(__name__)

MAX_DEATHS = 5


class Command(BaseCommand):
    help = "Runs background tasks, until stopped. Start every worker with a name of its own."

    def add_arguments(self, parser):
        parser.add_argument("--name", default="worker-1", type=validate_worker_id)
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
        while worker.running:
            try:
                put_back(name)
                prune_task_results()
                worker.run()
                return
            except (OperationalError, InterfaceError, InternalError) as fault:
                if not record_outage(fault):
                    logger.warning("The database refused; trying again in 5 seconds: %s", fault)
                close_old_connections()
                time.sleep(5)


def put_back(name: str) -> int:
    """Requeue the tasks that a worker of this name was running when it or the database died. Return their number.

    A task that was running at ``MAX_DEATHS`` such deaths is marked as failed.
    """
    running = DBTaskResult.objects.running().only("pk", "worker_ids")
    left = [result for result in running if result.worker_ids[-1:] == [name]]
    deadly = [result.pk for result in left if len(result.worker_ids) >= MAX_DEATHS]
    mine = DBTaskResult.objects.filter(pk__in=[result.pk for result in left], status=TaskResultStatus.RUNNING)
    mine.filter(pk__in=deadly).update(status=TaskResultStatus.FAILED, finished_at=timezone.now())
    return mine.exclude(pk__in=deadly).update(status=TaskResultStatus.READY, started_at=None)
