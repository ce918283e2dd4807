"""Work that must happen by itself: what an app sweeps for when the scheduler looks, and signs of life."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.tasks import Task
from django_tasks_db.models import DBTaskResult, TaskResultStatus

from ..extensions.registry import Registry

logger = logging.getLogger(__name__)

RETRY_AFTER = 10 * 60  # seconds; what cannot be done is not tried at every sweep
MAX_REMEMBERED_FAILURES = 24 * 60 * 60  # seconds, that something failed
# Each offer finds its rows that are due at the given moment and wakes a worker for them.
periodic_jobs: Registry[Callable[[datetime], None]] = Registry("jobs")


def is_task_queued(task: Task) -> bool:
    """Whether a worker has such a task before it: one that is asked for again meanwhile brings nothing."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=task.module_path)
    return waiting.exists()


def run_isolated(name: str, act: Callable, **arguments) -> None:
    """Does one thing of a sweep. Where it fails it holds up no other, and rests for some minutes."""
    if (cache.get(_failure(name)) or 0) > time.time() - RETRY_AFTER:
        return
    try:
        with transaction.atomic():
            act(**arguments)
    except Exception:
        logger.exception("What was scheduled failed: %s", name)
        cache.set(_failure(name), time.time(), MAX_REMEMBERED_FAILURES)


def run_each_isolated(rows: Iterable[Model], act: Callable, *, named: str, **arguments) -> None:
    """Does the same for each row, alone; ``act`` takes it under the name ``named``."""
    for row in rows:
        run_isolated(f"{act.__name__} {job_label(row)}", act, **{named: row}, **arguments)


def job_label(row: Model) -> str:
    """What a row is called that a sweep tries."""
    return f"{row._meta.label_lower} {row.pk}"


def failed_recently(name: str) -> bool:
    """Whether such a thing of a sweep was tried lately and failed."""
    return cache.get(_failure(name)) is not None


def _failure(name: str) -> str:
    return f"scheduled-fault:{name.replace(' ', ':')}"
