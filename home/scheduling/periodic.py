"""Extension point for periodic jobs, and isolated execution of their parts."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.tasks import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ..extensions.registry import Registry
from ..runtime.outages import DATABASE, outage_of

logger = logging.getLogger(__name__)

RETRY_AFTER = 10 * 60  # seconds; what failed is not tried again in every run
MAX_REMEMBERED_FAILURES = 24 * 60 * 60  # seconds to remember a failure
# Each job finds its rows that are due at the given time and enqueues tasks for them.
type Job = Callable[[datetime], None]
periodic_jobs: Registry[Job] = Registry("jobs")
MINUTE = 60  # seconds
_once_a_minute: set[Job] = set()


def once_a_minute(job: Job) -> Job:
    """Let each scheduler run a job once a minute instead of in every round, because what it does may wait."""
    _once_a_minute.add(job)
    return job


def due_jobs(last: dict[str, float]) -> list[tuple[str, Job]]:
    """Return the jobs of a round. ``last`` has the monotonic times of the rounds of those that run once a minute."""
    now = time.monotonic()
    due = [(key, job) for key, job in periodic_jobs.items() if now - last.get(key, now - MINUTE) >= MINUTE]
    last.update({key: now for key, job in due if job in _once_a_minute})
    return due


def is_task_queued(task: Task[..., Any]) -> bool:
    """Return whether such a task is waiting for a worker, so that another one is not needed."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=task.module_path)
    return waiting.exists()


def run_isolated(name: str, act: Callable[..., object], **arguments: Any) -> None:
    """Run one part of a job in a transaction. A failure is logged and does not stop the others.

    A part that failed is not tried again for ``RETRY_AFTER`` seconds. While the database is unavailable all would fail:
    that is no failure of this part, and is raised.
    """
    if (cache.get(_failure(name)) or 0) > time.time() - RETRY_AFTER:
        return
    try:
        with transaction.atomic():
            act(**arguments)
    except Exception as fault:
        if outage_of(fault) is DATABASE:
            raise
        logger.exception("What was scheduled failed: %s", name)
        cache.set(_failure(name), time.time(), MAX_REMEMBERED_FAILURES)


def run_each_isolated(
    rows: Iterable[Model], act: Callable[..., object], *, named: str, **arguments: Any
) -> None:
    """Run ``act`` for each row in isolation; ``named``: the name of its parameter for the row."""
    for row in rows:
        run_isolated(f"{act.__name__} {job_label(row)}", act, **{named: row}, **arguments)


def job_label(row: Model) -> str:
    """Return the name of a row in logs and for ``run_isolated``."""
    return f"{row._meta.label_lower} {row.pk}"


def failed_recently(name: str) -> bool:
    """Return whether this part of a job failed recently."""
    return cache.get(_failure(name)) is not None


def _failure(name: str) -> str:
    return f"scheduled-fault:{name.replace(' ', ':')}"
