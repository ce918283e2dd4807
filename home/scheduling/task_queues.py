"""Queues of background tasks, and waking of the workers that wait at them.

PostgreSQL notifies a worker when the transaction that added a task commits. SQLite has a version of its file, which
costs less to read than the queue.
"""

import select
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.tasks import DEFAULT_TASK_QUEUE_NAME, TaskResult
from django_tasks_db import DatabaseBackend

SLOW = "slow"  # for tasks that wait for servers of others, such as the delivery of an e-mail
DEFAULT = DEFAULT_TASK_QUEUE_NAME
LONGEST_WAIT = 15  # seconds; a notification can be lost


def notify_workers(sender: type, task_result: TaskResult[..., Any], **_signal: Any) -> None:
    """Notify the workers of the queue of a new task, once the transaction commits."""
    if connection.vendor == "postgresql" and issubclass(sender, DatabaseBackend):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [_channel(task_result.task.queue_name)])


class QueueWatch:
    """Wait for tasks of a queue, on a connection of its own."""

    def __init__(self, queue: str, interval: float):
        self.queue, self.interval = queue, interval
        self._own = connection.copy()
        self._own.settings_dict |= settings.DATABASE_DIRECT or {}  # a pooler hands on no notification
        self._version: int | None = None

    def wait(self) -> None:
        """Return when there may be a new task: at once the first time, and after ``LONGEST_WAIT`` at the latest."""
        try:
            if connection.vendor == "postgresql":
                self._wait_for_notification()
            else:
                self._wait_for_change()
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        self._own.close()
        self._version = None

    def _wait_for_notification(self) -> None:
        if self._own.connection is None:
            with self._own.cursor() as cursor:
                cursor.execute(f"LISTEN {self._own.ops.quote_name(_channel(self.queue))}")
            return
        session = self._own.connection
        with self._own.wrap_database_errors:  # the worker waits for a database that is away
            select.select([session.fileno()], [], [], LONGEST_WAIT)
            for _notification in session.notifies(timeout=0):
                pass

    def _wait_for_change(self) -> None:
        ends = time.monotonic() + LONGEST_WAIT
        while self._version == (found := self._read_version()) and time.monotonic() < ends:
            time.sleep(self.interval)
        self._version = found

    def _read_version(self) -> int:
        with self._own.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            return int(cursor.fetchone()[0])


def _channel(queue: str) -> str:
    return f"tasks_{queue}"
