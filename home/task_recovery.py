"""Return of background tasks that a worker was running when it, its machine or the database died."""

from datetime import datetime, timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult, TaskResultStatus

from .models.heartbeat import SILENT_AFTER, Heartbeat

MAX_DEATHS = 5
KEEP_SIGNS = timedelta(days=1)


def put_back(name: str) -> int:
    """Requeue the tasks that a worker of this name was running when it or the database died. Return their number."""
    running = DBTaskResult.objects.running().only("pk", "worker_ids")
    return _requeue([result for result in running if result.worker_ids[-1:] == [name]])


def put_back_abandoned(now: datetime) -> int:
    """Requeue the tasks of workers that are silent, whatever their names. Return their number.

    A worker gives a sign of life also while it runs a long task.
    """
    Heartbeat.objects.filter(name__startswith=Heartbeat.WORKER_PREFIX, at__lt=now - KEEP_SIGNS).delete()
    running = DBTaskResult.objects.running().filter(started_at__lt=now - SILENT_AFTER)
    running = running.only("pk", "worker_ids")
    if not running:
        return 0
    alive = Heartbeat.living_workers(now)
    return _requeue([result for result in running if not alive.intersection(result.worker_ids[-1:])])


def _requeue(left: list[DBTaskResult]) -> int:
    """Requeue tasks. One that was running at ``MAX_DEATHS`` deaths is marked as failed."""
    deadly = [result.pk for result in left if len(result.worker_ids) >= MAX_DEATHS]
    theirs = DBTaskResult.objects.filter(
        pk__in=[result.pk for result in left], status=TaskResultStatus.RUNNING
    )
    theirs.filter(pk__in=deadly).update(status=TaskResultStatus.FAILED, finished_at=timezone.now())
    return theirs.exclude(pk__in=deadly).update(status=TaskResultStatus.READY, started_at=None)
