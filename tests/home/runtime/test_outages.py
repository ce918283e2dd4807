"""Outages: one line when one begins, some while it goes on, one when it is over."""

import errno
import sqlite3
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError
from django.utils import timezone

from home.management.commands import worker
from home.runtime import outages
from home.runtime.outages import DATABASE, DISK, READ_ONLY, Outage, outage_of


@pytest.fixture
def lines(caplog, tmp_path, settings, time_machine):
    """Return the lines that were logged, of outages whose count is in a folder of the test. The time stands still."""
    settings.VAR_DIR = tmp_path
    time_machine.move_to(timezone.now(), tick=False)
    caplog.set_level("WARNING")
    return lambda: [record.getMessage() for record in caplog.records]


def test_outage_is_logged_when_it_begins_lasts_and_ends(lines, time_machine):
    outage, now = Outage("sea", "Wait."), timezone.now()
    for second in range(601):
        time_machine.move_to(now + timedelta(seconds=second), tick=False)
        outage.record_failure("The tide is out.\nAnd low.")
    time_machine.move_to(now + timedelta(seconds=615), tick=False)
    for _visit in range(3):
        outage.record_success()
    assert lines() == [
        "Outage of the sea began: The tide is out. Wait.",
        "Outage of the sea goes on: 301 failures in 5 minutes",
        "Outage of the sea goes on: 601 failures in 10 minutes",
        "Outage of the sea ended: 601 failures in 10 minutes",
    ]


def test_processes_of_a_machine_log_an_outage_once(lines, time_machine):
    now = timezone.now()
    processes = [Outage("sea", "Wait.") for _process in range(3)]
    for outage in processes:
        outage.record_failure("ebb")
    time_machine.move_to(now + timedelta(seconds=outages.QUIET), tick=False)
    for outage in processes:
        outage.record_success()
    assert lines() == [
        "Outage of the sea began: ebb. Wait.",
        "Outage of the sea ended: 3 failures in 0 seconds",
    ]


def test_unsteady_part_is_one_outage(lines, time_machine):
    outage, now = Outage("sea", "Wait."), timezone.now()
    for second in range(100):
        time_machine.move_to(now + timedelta(seconds=second), tick=False)
        outage.record_failure("ebb")
        outage.record_success()
    assert lines() == ["Outage of the sea began: ebb. Wait."]


def test_outage_left_open_by_a_dead_process_is_ended(lines, time_machine):
    Outage("sea", "Wait.").record_failure("ebb")
    time_machine.shift(60)
    Outage("sea", "Wait.").record_success()
    assert lines()[1:] == ["Outage of the sea ended: 1 failures in 0 seconds"]


@pytest.mark.parametrize("damage", ["unwritable", "damaged"])
def test_outage_is_logged_without_a_file(lines, time_machine, settings, tmp_path, damage):
    if damage == "unwritable":
        settings.VAR_DIR = tmp_path / "file"
        settings.VAR_DIR.write_text("no folder")
    else:
        (tmp_path / "outages").mkdir()
        (tmp_path / "outages/sea.json").write_text('{"since": 17')
    outage = Outage("sea", "Wait.")
    for _visit in range(5):
        outage.record_failure("ebb")
    time_machine.shift(60)
    outage.record_success()
    assert [line.split(":")[0] for line in lines()] == ["Outage of the sea began", "Outage of the sea ended"]


def wrapped(kind: type[Exception], cause: Exception) -> Exception:
    """Return an exception as Django raises it for one of its database drivers."""
    fault = kind(str(cause))
    fault.__cause__ = cause
    return fault


def of_sqlite(name: str) -> sqlite3.OperationalError:
    fault = sqlite3.OperationalError(name)
    fault.sqlite_errorname = name
    return fault


@pytest.mark.parametrize(
    ("fault", "outage"),
    [
        (OperationalError("the connection is closed"), DATABASE),
        (InterfaceError("connection already closed"), DATABASE),
        (wrapped(OperationalError, psycopg.OperationalError("connection refused")), DATABASE),
        (wrapped(OperationalError, psycopg.errors.AdminShutdown("terminating")), DATABASE),
        (wrapped(OperationalError, psycopg.errors.TooManyConnections("sorry")), DATABASE),
        (wrapped(OperationalError, psycopg.errors.DiskFull("could not extend file")), DATABASE),
        (wrapped(InternalError, psycopg.errors.ReadOnlySqlTransaction("cannot execute")), READ_ONLY),
        (wrapped(OperationalError, of_sqlite("SQLITE_FULL")), DATABASE),
        (wrapped(OperationalError, of_sqlite("SQLITE_READONLY")), READ_ONLY),
        (OSError(errno.ENOSPC, "No space left on device"), DISK),
        (wrapped(RuntimeError, OSError(errno.EROFS, "Read-only file system")), DISK),
        (wrapped(OperationalError, psycopg.errors.DeadlockDetected("deadlock")), None),
        (wrapped(OperationalError, psycopg.errors.QueryCanceled("timeout")), None),
        (wrapped(OperationalError, of_sqlite("SQLITE_BUSY")), None),
        (wrapped(InternalError, psycopg.InternalError("bug")), None),
        (ProgrammingError("no such table"), None),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), None),
        (ValueError("x"), None),
        (None, None),
    ],
)
def test_exception_is_part_of_an_outage_or_not(fault, outage):
    assert outage_of(fault) is outage


def test_ended_outage_of_the_database_is_noticed(lines, time_machine, db):
    DATABASE.record_failure("refused")
    outages.end_finished_outages()
    assert len(lines()) == 1, "something failed a moment ago"
    time_machine.shift(outages.QUIET + 1)
    outages.end_finished_outages()
    assert lines()[1].startswith("Outage of the database ended: 1 failures")


def test_outage_goes_on_while_the_probe_fails(lines, time_machine, monkeypatch):
    def refuse():
        raise OperationalError("refused")

    monkeypatch.setattr(DATABASE, "probe", refuse)
    DATABASE.record_failure("refused")
    for _round in range(4):
        time_machine.shift(outages.QUIET + 1)
        outages.end_finished_outages()
    assert len(lines()) == 1
    assert DATABASE.read_count()["failures"] == 5


def test_nothing_is_asked_without_an_outage(lines, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        outages.end_finished_outages()


@pytest.mark.django_db
def test_worker_waits_while_the_database_is_read_only(lines, monkeypatch):
    attempts = []

    def run(self):
        attempts.append(self)
        if len(attempts) < 4:
            raise wrapped(InternalError, psycopg.errors.ReadOnlySqlTransaction("cannot execute UPDATE"))

    monkeypatch.setattr(worker.Worker, "run", run)
    monkeypatch.setattr(worker.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    call_command("worker", batch=True, interval=0)
    assert [line.split(":")[0] for line in lines()] == ["Outage of the database for writing began"]
