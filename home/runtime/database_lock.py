"""Locks that all processes on the same database share, on whatever machine they run."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

PREPARATION, SWEEP = 0x636F6D6D, 0x636F6D6E  # any numbers that are the same on all machines


@contextmanager
def database_lock(number: int, *, wait: bool = True, lease: int = 0) -> Iterator[bool]:
    """Hold a lock within the block. Yield whether it was free; with ``wait``, wait until it is.

    In PostgreSQL it belongs to a transaction on a connection of its own: behind a pooler, a session belongs to nobody.
    It ends with the process, and after ``lease`` seconds at the latest (0: never), because the server does not notice
    at once that a machine is gone. SQLite is on one machine, where a file is locked.
    """
    held = _hold_in_postgresql if connection.vendor == "postgresql" else _hold_file
    with held(number, wait, lease) as free:
        yield free


@contextmanager
def _hold_in_postgresql(number: int, wait: bool, lease: int) -> Iterator[bool]:
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [f"{lease}s"]
            )
            act = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
            cursor.execute(f"SELECT {act}(%s)", [number])
            free = cursor.fetchone()[0] is not False
        yield free
    finally:
        own.close()


@contextmanager
def _hold_file(number: int, wait: bool, _lease: int) -> Iterator[bool]:
    folder = settings.VAR_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"database-{number:x}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True  # until the file is closed
