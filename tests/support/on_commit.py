"""What waits for a commit, in a test whose own transaction never ends in one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import Atomic


@contextmanager
def committing() -> Iterator[None]:
    """Does it where the site would commit: at the end of the outermost block, or at once outside of any.

    What a block had waiting that is rolled back is not done. For where the order matters, as of work that a worker
    takes up; what only has to be done by the end is captured by ``django_capture_on_commit_callbacks``.
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
