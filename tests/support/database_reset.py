"""Fast reset of the database, after a test that commits, to its state after the migrations.

Django empties every table, filled or not, and lets each app create its permissions again. Other rows of migrations,
such as the root page, stay deleted. Here all are restored from a copy that was read at the start.
"""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import TransactionTestCase

from tests.support.live_server import OneAtATime

PATIENCE = 50  # tenths of a second


@dataclass(frozen=True)
class Table:
    """A table with its rows, read and written without models."""

    name: str
    columns: list[str]
    rows: list[tuple]

    @property
    def insertion(self) -> str:
        columns = ", ".join(map(connection.ops.quote_name, self.columns))
        places = ", ".join(["%s"] * len(self.columns))
        return f"INSERT INTO {connection.ops.quote_name(self.name)} ({columns}) VALUES ({places})"


def written() -> list[Table]:
    """Read all tables that have rows."""
    with connection.cursor() as cursor:
        return [_read(cursor, name) for name in filled(cursor)]


def _read(cursor, name: str) -> Table:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
    columns = [column[0] for column in cursor.description]
    return Table(name, columns, [tuple(map(_writable, row)) for row in cursor.fetchall()])


def _writable(value):
    """Convert a value that SQLite's driver reads but cannot write: times."""
    return value.isoformat() if isinstance(value, dt.time) else value


def empty(tables: list[Table]) -> None:
    """Empty all tables and insert the rows of ``tables`` again."""
    with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are checked at the end
        for name in filled(cursor):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
        for table in tables:
            cursor.executemany(table.insertion, table.rows)


def filled(cursor) -> list[str]:
    """Return the tables that have rows. PostgreSQL takes a second to empty all three hundred."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quoted = connection.ops.quote_name
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {quoted(one)})" for one in tables)
    )
    return [one for (one,) in cursor.fetchall()]


def emptied(tables: list[Table]) -> Callable[[TransactionTestCase], None]:
    """Return a replacement for Django's teardown of a test that commits."""

    def tidy_up(_test) -> None:
        with (
            OneAtATime.lock
        ):  # a request that is still being answered has its transaction in the same connection
            when_free(lambda: empty(tables))

    return tidy_up


def when_free(work: Callable[[], None]) -> None:
    """Do ``work``, and try again while another thread writes. Raise the error if it lasts ``PATIENCE`` tries.

    A request that the browser sent while its page closed may still be running. In the same database in memory, it locks
    the tables, or its rows refer to deleted ones.
    """
    for _try in range(PATIENCE):
        try:
            return work()
        except IntegrityError:
            pass
        except OperationalError as fault:
            if "locked" not in str(fault):
                raise
        time.sleep(0.1)
    return work()
