"""Test databases: migrated once by Django, cloned for each process, and reset after tests that commit."""

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

BY_TRIGGERS = {"wagtailsearch_indexentry_fts"}  # SQLite: follows the rows of another table


@contextmanager
def cloned_database(folder: Path, process: str, *, keep: bool) -> Iterator[None]:
    """Connect this process to its own clone of the migrated database, as Django's parallel test runner does.

    The first process that comes migrates; the others wait for it. With ``keep``, the migrated database of an earlier
    run is brought up to date instead. ``folder`` is shared by all processes of a run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with folder.joinpath("migrating.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a database that is cloned must have no other connection
        connection.settings_dict["NAME"] = _migrated(folder, keep=keep)
        suffix = f"{process}_{os.getpid()}"
        connection.creation.clone_test_db(suffix=suffix, verbosity=0, autoclobber=True)
    connection.settings_dict.update(connection.creation.get_test_db_clone_settings(suffix))
    connection.close()
    with through_pooler():
        yield
    connection.creation.destroy_test_db(verbosity=0)


@contextmanager
def through_pooler() -> Iterator[None]:
    """Connect through the pooler of ``TEST_POOLER_URL`` within the block, as production does with a direct address."""
    if not (url := os.environ.get("TEST_POOLER_URL")):
        yield
        return
    direct = dict(connection.settings_dict)
    pooler = urlsplit(url)
    connection.settings_dict.update(
        HOST=pooler.hostname, PORT=str(pooler.port), DISABLE_SERVER_SIDE_CURSORS=True
    )
    # In place: the database may be set up while a test overrides settings, which would end with that test.
    settings.DATABASE_DIRECT.update(
        {name: direct[name] for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")}
    )
    yield
    connection.close()
    connection.settings_dict.update(direct, DISABLE_SERVER_SIDE_CURSORS=False)
    settings.DATABASE_DIRECT.clear()
    with connection.cursor() as cursor:  # the pooler holds sessions of the database that is dropped
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )


def _migrated(folder: Path, *, keep: bool) -> str:
    """Return the name of the migrated database, which the first process of a run creates."""
    run = folder / f"migrated-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    if not run.exists():
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(folder / "commune.sqlite3")
        kept = keep and (connection.vendor != "sqlite" or (folder / "commune.sqlite3").exists())
        name = connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=kept)
        connection.close()  # SQLite then writes its log into the file that is copied
        for earlier in folder.glob("migrated-*"):
            earlier.unlink()
        run.write_text(name)
    return run.read_text()


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


def read_tables() -> list[Table]:
    """Read all tables that have rows."""
    with connection.cursor() as cursor:
        return [_read_table(cursor, name) for name in _filled_tables(cursor)]


def _read_table(cursor, name: str) -> Table:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
    columns = [column[0] for column in cursor.description]
    return Table(name, columns, [tuple(map(_writable, row)) for row in cursor.fetchall()])


def _writable(value):
    """Convert a value that SQLite's driver reads but cannot write: times."""
    return value.isoformat() if isinstance(value, dt.time) else value


def reset_tables(tables: list[Table]) -> None:
    """Empty all tables and insert the rows of ``tables`` again.

    Waits for a request that is still answered: its transaction ends first.
    """
    with transaction.atomic(), connection.cursor() as cursor:  # foreign keys are checked at the end
        for name in _filled_tables(cursor):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
        for table in tables:
            cursor.executemany(table.insertion, table.rows)


def _filled_tables(cursor) -> list[str]:
    """Return the tables that have rows. PostgreSQL takes a second to empty all three hundred."""
    known = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [name for name in known if name not in BY_TRIGGERS]
    quoted = connection.ops.quote_name
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {quoted(one)})" for one in tables)
    )
    return [one for (one,) in cursor.fetchall()]
