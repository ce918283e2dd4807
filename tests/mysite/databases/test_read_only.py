"""A database that accepts no writes: pages are read, everything else is refused with 503."""

import time
from types import SimpleNamespace

import psycopg
import pytest
from django.db import InternalError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.utils import translation

from home.models.heartbeat import Heartbeat
from home.runtime.outages import READ_ONLY, outage_of
from home.runtime.read_only_database import expire_connection, is_database_read_only
from mysite.backups.backup_databases import _libpq_environment
from mysite.databases import checks
from mysite.settings.environment import read_database

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such state")


@pytest.fixture
def read_only(home):
    """Let the transaction of the test accept no writes from now on."""
    connection.check_constraints()  # of the rows that were written before
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")


def caused_by(error: psycopg.Error) -> InternalError:
    fault = InternalError()
    fault.__cause__ = error
    return fault


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (InternalError(), False),
        (caused_by(psycopg.errors.ReadOnlySqlTransaction()), True),
        (caused_by(psycopg.errors.UniqueViolation()), False),
        (None, False),
    ],
)
def test_read_only_error_is_recognized_by_its_code(error, is_one):
    assert (outage_of(error) is READ_ONLY) == is_one


def test_error_that_follows_from_a_refused_write_is_recognized():
    def leave_block() -> None:
        try:
            raise InternalError from psycopg.errors.ReadOnlySqlTransaction()
        except InternalError:
            raise TransactionManagementError  # noqa: B904 - as Django does

    with pytest.raises(TransactionManagementError) as broken:
        leave_block()
    assert outage_of(broken.value) is READ_ONLY


@on_postgresql
@pytest.mark.django_db
def test_refused_write_is_a_read_only_error(read_only):
    assert is_database_read_only()
    with pytest.raises(InternalError) as refused, transaction.atomic():
        Heartbeat.record(Heartbeat.WORKER)
    assert outage_of(refused.value) is READ_ONLY


@pytest.mark.django_db
def test_database_that_accepts_writes_is_not_read_only():
    assert not is_database_read_only()


@on_postgresql
@pytest.mark.django_db
def test_page_is_read_while_the_database_accepts_no_writes(client, read_only):
    assert client.get("/").status_code == 200


@on_postgresql
@pytest.mark.django_db
def test_refused_write_returns_503_with_a_sentence(client, read_only):
    client.raise_request_exception = False
    page = client.post("/compte/entrer/", {"email": "jeanne@courriel.example"})
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    with translation.override("fr"):
        assert translation.gettext("Nothing can be saved at the moment.") in page.text


@on_postgresql
@pytest.mark.django_db
def test_health_is_degraded_while_the_database_accepts_no_writes(client, read_only):
    state = client.get("/health/").json()
    assert (state["status"], state["database"], state["writes"]) == ("degraded", True, {"alive": False})


@on_postgresql
@pytest.mark.django_db
def test_database_that_accepts_no_writes_is_reported(read_only):
    assert "mysite.E014" in [one.id for one in checks.check_database_connections(None)]


@pytest.mark.django_db
def test_expired_connection_is_closed_before_its_next_use(monkeypatch):
    # Not the proxy ``connection``: pytest would delete the attribute in the end, which the proxy has not itself.
    monkeypatch.setattr(connections["default"], "close_at", None)
    expire_connection()
    assert connection.close_at <= time.monotonic()


def test_programs_of_postgresql_get_all_servers(monkeypatch):
    """Without a host, they would ask the machine itself."""
    url = "postgres:///commune?host=db1,db2&port=5432,5433&user=commune&target_session_attrs=read-write"
    monkeypatch.setenv("ADDRESS", url)
    found = _libpq_environment(SimpleNamespace(settings_dict=read_database("ADDRESS")))
    names = ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGTARGETSESSIONATTRS")
    assert [found[name] for name in names] == ["db1,db2", "5432,5433", "commune", "commune", "read-write"]
