"""Work that must happen by itself: what an app sweeps for when the scheduler looks, and signs of life."""

from collections.abc import Callable
from datetime import datetime

from django.tasks import Task
from django_tasks_db.models import DBTaskResult, TaskResultStatus

from .registry import Registry

# Each offer finds its rows that are due at the given moment and wakes a worker for them.
sweeps: Registry[Callable[[datetime], None]] = Registry("sweeps")


def is_waiting(task: Task) -> bool:
    """Whether a worker has such a task before it: one that is asked for again meanwhile brings nothing."""
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=task.module_path)
    return waiting.exists()
