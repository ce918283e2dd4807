"""Migrations on PostgreSQL that wait for a lock for seconds, not for ever.

A migration that waits for a table makes every later query of that table wait behind it, so that a forgotten transaction
would stop the whole site. It gives up, lets the others pass, and tries again.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import OperationalError

LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL’s code of the error
LOCK_TIMEOUT = 4  # seconds
PAUSES = (2, 5, 10, 20)  # seconds before each further try

HOLDERS = """
SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.state, ''), l.tables,
       extract(epoch FROM clock_timestamp() - a.xact_start)::int
FROM pg_stat_activity a
LEFT JOIN (
    SELECT pid, string_agg(DISTINCT relname, ', ' ORDER BY relname) AS tables
    FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE granted AND relname = ANY(%s) GROUP BY pid
) l USING (pid)
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL
ORDER BY l.tables IS NULL, a.xact_start
LIMIT 1
"""
INVALID_INDEXES = """
SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace AND relname !~ '_cc(new|old)[0-9]*$'
"""


def migrate_with_lock_timeout(migrate: Callable[[], None], connection, warn: Callable[[str], object]) -> None:
    """Run ``migrate``, again if it waited too long for a lock. ``warn`` is told each time what holds the lock.

    What was migrated before stays migrated, what was not finished is undone: each try goes on where the last one ended.
    """
    if connection.vendor != "postgresql":
        migrate()
        return
    statements = _LastFailure()
    for pause in (*PAUSES, None):
        try:
            with lock_timeout(connection), connection.execute_wrapper(statements):
                drop_unfinished_indexes(connection)
                migrate()
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            reason = describe_holder(connection, statements.tables)
        if pause is None:
            raise CommandError(
                f"Not everything is migrated: {reason} What is not migrated is unchanged, and the site that runs "
                "goes on. End that transaction, or try again at a quiet time."
            )
        warn(f"{reason} Trying again in {pause} seconds.")
        time.sleep(pause)


@contextmanager
def lock_timeout(connection) -> Iterator[None]:
    """Let no statement of the block wait longer for a lock; how long a statement runs is not limited."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        [before] = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{int(LOCK_TIMEOUT * 1000)}ms"])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


def drop_unfinished_indexes(connection) -> None:
    """Drop indexes whose concurrent creation was interrupted: they cost time at each write and serve nothing."""
    with connection.cursor() as cursor:
        cursor.execute(INVALID_INDEXES)
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # quoted by the database


def describe_holder(connection, tables: set[str]) -> str:
    """Return a sentence about the transaction that most likely holds the lock, without its data."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDERS, [sorted(tables)])
        found = cursor.fetchone()
    if not found:
        return "Another transaction held a lock and has ended."
    pid, application, state, locked, seconds = found
    return (
        f"Process {pid} of the database{f' ({application})' if application else ''} has had a transaction open for "
        f"{seconds} seconds{f' ({state})' if state else ''}{f' and uses {locked}' if locked else ''}: "
        f"SELECT pg_terminate_backend({pid}) would end it."
    )


class _LastFailure:
    """A wrapper of statements that remembers which tables the one that failed names."""

    tables: set[str] = frozenset()

    def __call__(self, execute, sql, params, many, context):
        try:
            return execute(sql, params, many, context)
        except OperationalError:
            self.tables = set(re.findall(r'"(\w+)"', str(sql)))
            raise
