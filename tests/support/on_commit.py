"""Execution of ``on_commit`` callbacks in a test whose own transaction is never committed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic


@contextmanager
def committing() -> Iterator[None]:
    """Run callbacks when the site would: at the end of the outermost block, or at once outside of any.

    Callbacks of a block that is rolled back are dropped. For tests in which the order matters, such as tasks that a
    worker starts. ``django_capture_on_commit_callbacks`` is enough if a callback only has to run by the end.
    """
    outside, leave, wait = len(connection.savepoint_ids), Atomic.__exit__, BaseDatabaseWrapper.on_commit

    def commit() -> None:
        while connection.run_on_commit and len(connection.savepoint_ids) == outside:
            waiting, connection.run_on_commit = connection.run_on_commit, []
            for _savepoints, work, _robust in waiting:
                work()

    def left(block, *fault) -> None:
        leave(block, *fault)
        commit()

    def waits(*arguments, **options) -> None:
        wait(*arguments, **options)
        commit()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Atomic, "__exit__", left)
        patch.setattr(BaseDatabaseWrapper, "on_commit", waits)
        yield
