"""Locks that several processes share: one holds, others wait or go on without it."""

import threading
import time

import pytest
from django.db import connection, connections

from home.runtime.database_lock import database_lock

NUMBER = 0x74657374
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is on one machine")


def in_thread(work) -> threading.Thread:
    """Run ``work`` in a thread, which has connections of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db
def test_lock_is_free_for_one_at_a_time():
    with (
        database_lock(NUMBER, wait=False) as first,
        database_lock(NUMBER, wait=False) as second,
        database_lock(NUMBER + 1, wait=False) as other,
    ):
        assert (first, second, other) == (True, False, True)
    with database_lock(NUMBER, wait=False) as again:
        assert again


@pytest.mark.django_db
def test_lock_waits_for_its_holder(monkeypatch):
    order = []

    def hold() -> None:
        with database_lock(NUMBER) as free:
            order.append(("other", free))

    with database_lock(NUMBER):
        thread = in_thread(hold)
        time.sleep(0.2)
        order.append("first")
    thread.join(10)
    assert order == ["first", ("other", True)]


@pytest.mark.django_db
def test_lock_is_free_after_an_error():
    with pytest.raises(ZeroDivisionError), database_lock(NUMBER):
        raise ZeroDivisionError
    with database_lock(NUMBER, wait=False) as free:
        assert free


@on_postgresql
@pytest.mark.django_db
def test_lock_of_a_silent_machine_ends_with_its_lease():
    with database_lock(NUMBER, lease=1):
        time.sleep(1.5)
        with database_lock(NUMBER, wait=False) as free:
            assert free
