"""Waking of a worker that waits for tasks."""

import threading
import time
from types import SimpleNamespace

import pytest
from django.db import Error, connection
from django.tasks.backends.immediate import ImmediateBackend
from django_tasks_db import DatabaseBackend

from home.scheduling import task_queues
from home.scheduling.task_queues import DEFAULT, SLOW, QueueWatch, notify_workers

pytestmark = pytest.mark.django_db
FAR = 20  # seconds: a wait that was not woken


@pytest.fixture
def other(monkeypatch, tmp_path):
    """Return a connection outside of the transaction of the test, as another process has one."""
    copy = connection.copy()
    if connection.vendor == "sqlite":
        copy.settings_dict["NAME"] = tmp_path / "queue.sqlite3"
        with copy.cursor() as cursor:
            cursor.execute("CREATE TABLE queue (task)")
    monkeypatch.setattr(task_queues, "connection", copy)
    monkeypatch.setattr(task_queues, "LONGEST_WAIT", FAR)
    yield copy
    copy.close()


@pytest.fixture
def watch(other):
    one = QueueWatch(DEFAULT, 0.01)
    yield one
    one.close()


def add_task(other, queue: str = DEFAULT) -> None:
    if other.vendor == "sqlite":
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO queue VALUES (1)")
    else:
        task = SimpleNamespace(task=SimpleNamespace(queue_name=queue))
        notify_workers(DatabaseBackend, task_result=task)


def seconds(wait) -> float:
    began = time.monotonic()
    wait()
    return time.monotonic() - began


def test_first_wait_looks_at_the_queue_at_once(watch):
    """A task may have been added before anybody listened."""
    assert seconds(watch.wait) < FAR


def test_new_task_ends_the_wait(watch, other):
    watch.wait()
    adding = threading.Timer(0.1, add_task, [other])
    other.inc_thread_sharing()
    adding.start()
    assert seconds(watch.wait) < FAR
    adding.join()
    other.dec_thread_sharing()


def test_task_added_before_the_wait_ends_it(watch, other):
    watch.wait()
    add_task(other)
    assert seconds(watch.wait) < FAR


def test_lost_notification_delays_a_task_for_seconds_only(watch, monkeypatch):
    monkeypatch.setattr(task_queues, "LONGEST_WAIT", 0.05)
    watch.wait()
    watch.wait()


def test_task_of_another_queue_does_not_end_the_wait(watch, other, monkeypatch):
    if other.vendor == "sqlite":
        pytest.skip("SQLite tells only that something changed")
    monkeypatch.setattr(task_queues, "LONGEST_WAIT", 0.2)
    watch.wait()
    add_task(other, SLOW)
    assert seconds(watch.wait) >= 0.2


def test_watch_connects_again_after_a_failure(watch, monkeypatch):
    watch.wait()
    watch._own.connection.close()
    with pytest.raises(Error, match="closed"):
        watch.wait()
    watch.wait()


def test_task_that_is_run_at_once_notifies_nobody(other, django_assert_num_queries):
    with django_assert_num_queries(0, connection=other):
        notify_workers(ImmediateBackend, task_result=None)
