"""After a test that commits, the database stands as migrations left it, in a fraction of the time Django takes.

Django empties every table, filled or not, and lets each app write its permissions anew; what migrations wrote besides,
such as the root of the pages, stays gone. Here both come back from what was read at the beginning.
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
    """A table as it stood, row by row: no model reads or writes it."""

    name: str
    columns: list[str]
    rows: list[tuple]

    @property
    def insertion(self) -> str:
        columns = ", ".join(map(connection.ops.quote_name, self.columns))
        places = ", ".join(["%s"] * len(self.columns))
        return f"INSERT INTO {connection.ops.quote_name(self.name)} ({columns}) VALUES ({places})"


def written() -> list[Table]:
    """Every table in which there is anything."""
    with connection.cursor() as cursor:
        return [_read(cursor, name) for name in filled(cursor)]


def _read(cursor, name: str) -> Table:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
    columns = [column[0] for column in cursor.description]
    return Table(name, columns, [tuple(map(_writable, row)) for row in cursor.fetchall()])


def _writable(value):
    """SQLite's driver reads hours, and does not write them."""
    return value.isoformat() if isinstance(value, dt.time) else value


def empty(tables: list[Table]) -> None:
    """Empties all tables and writes ``tables`` again."""
    with transaction.atomic(), connection.cursor() as cursor:  # what refers to what is asked at the end
        for name in filled(cursor):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
        for table in tables:
            cursor.executemany(table.insertion, table.rows)


def filled(cursor) -> list[str]:
    """The tables in which there is anything; PostgreSQL takes a second to empty all three hundred."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quoted = connection.ops.quote_name
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {quoted(one)})" for one in tables)
    )
    return [one for (one,) in cursor.fetchall()]


def emptied(tables: list[Table]) -> Callable[[TransactionTestCase], None]:
    """What stands for Django's own way to tidy up after a test that commits."""

    def tidy_up(_test) -> None:
        with OneAtATime.lock:  # an answer that is still being made has its transaction in the same connection
            when_free(lambda: empty(tables))

    return tidy_up


def when_free(work: Callable[[], None]) -> None:
    """Does it once nobody else writes: what a browser sent as its page went away may still be answered.

    In the same database in memory, its rows lock what is emptied, or refer to what is gone.
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
