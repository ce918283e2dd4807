"""Locks of migrations: a migration that waits gives up in time, says for what, and goes on where it ended."""

import threading
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connection, transaction

from mysite.upgrades import schema_locks
from mysite.upgrades.schema_locks import migrate_with_lock_timeout

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such locks")
TABLE = "home_heartbeat"


def add_column() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{TABLE}" ADD COLUMN "tried" integer NULL')
        cursor.execute(f'ALTER TABLE "{TABLE}" DROP COLUMN "tried"')


@contextmanager
def held():
    """Hold a lock on the table in another session until the block ends or the yielded function is called."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SET application_name = 'forgotten'")
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
    try:
        yield other.rollback
    finally:
        other.close()


@pytest.fixture
def impatient(monkeypatch):
    """Wait for 0.1 seconds only, and not at all between two tries. Return the pauses."""
    slept = []
    monkeypatch.setattr(schema_locks, "LOCK_TIMEOUT", 0.1)
    monkeypatch.setattr(schema_locks.time, "sleep", slept.append)
    return slept


@on_postgresql
def test_migration_gives_up_and_names_who_holds_the_lock(transactional_db, impatient):
    warned = []
    with held(), pytest.raises(CommandError, match=r"Process \d+ .*forgotten.* uses home_heartbeat"):
        migrate_with_lock_timeout(add_column, connection, warned.append)
    assert impatient == [2, 5, 10, 20]
    assert len(warned) == 4
    assert all("pg_terminate_backend" in one for one in warned)


@on_postgresql
def test_migration_succeeds_once_the_lock_is_free(transactional_db, impatient):
    warned, tries = [], []

    def migrate() -> None:
        tries.append(1)
        add_column()

    with held() as release:
        migrate_with_lock_timeout(migrate, connection, lambda text: (warned.append(text), release()))
    assert (len(tries), len(warned)) == (2, 1)


@on_postgresql
def test_other_queries_pass_while_a_migration_waits(transactional_db, impatient, monkeypatch):
    """Without the limit, the reader would wait behind the migration until the forgotten transaction ends."""
    monkeypatch.setattr(schema_locks, "PAUSES", ())
    monkeypatch.setattr(schema_locks, "LOCK_TIMEOUT", 0.5)
    begun, read = threading.Event(), threading.Event()

    def reader() -> None:
        other = connection.copy()
        # Behind a pooler, it must not take the connection on which the limit is set.
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT 1")
            begun.set()
            cursor.execute("SELECT pg_sleep(0.1)")
            cursor.execute(f"SELECT count(*) FROM {TABLE}")
        other.close()
        read.set()

    with held():
        thread = threading.Thread(target=reader)
        thread.start()
        assert begun.wait(5)
        with pytest.raises(CommandError):
            migrate_with_lock_timeout(add_column, connection, print)
        assert read.wait(5)
        thread.join()


@on_postgresql
def test_interrupted_concurrent_index_is_built_again(transactional_db, impatient):
    def build() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE INDEX CONCURRENTLY "tried_index" ON "{TABLE}" ("name")')

    writer = connection.copy()
    writer.set_autocommit(False)
    with writer.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE")
    try:
        migrate_with_lock_timeout(build, connection, lambda _text: writer.rollback())
        with connection.cursor() as cursor:
            cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'tried_index'::regclass")
            assert cursor.fetchall() == [(True,)]
            cursor.execute("DROP INDEX tried_index")
    finally:
        writer.close()


@on_postgresql
def test_lock_timeout_is_as_before_after_a_migration(transactional_db):
    def timeout() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            return cursor.fetchone()[0]

    before, within = timeout(), []
    migrate_with_lock_timeout(lambda: within.append(timeout()), connection, print)
    assert within == ["4s"]
    assert timeout() == before


def test_other_faults_of_a_migration_are_not_retried(db, impatient):
    def fail() -> None:
        raise OperationalError("disk full")

    with pytest.raises(OperationalError, match="disk full"):
        migrate_with_lock_timeout(fail, connection, pytest.fail)
    assert impatient == []


def test_migrate_command_waits_for_locks_with_a_limit(db, monkeypatch):
    from mysite.management.commands import migrate as ours

    called = []
    monkeypatch.setattr(Migrate, "handle", lambda *_, **options: called.append(options["database"]))
    monkeypatch.setattr(
        ours, "migrate_with_lock_timeout", lambda run, *_: (called.append("patiently"), run())
    )
    call_command("migrate", verbosity=0)
    assert called == ["patiently", "default"]
