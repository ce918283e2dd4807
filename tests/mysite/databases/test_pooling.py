"""Connections past a pooler, and the checks that find what a pooler would break.

With ``TEST_POOLER_URL`` a real pooler is asked.
"""

import os

import pytest
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection, connections

from mysite.databases import checks
from mysite.databases.direct_connection import DirectConnectionMixin, direct_connection, open_direct
from mysite.databases.session_defaults import disable_jit, uses_jit

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")


PLACE = ("NAME", "HOST", "PORT", "USER", "PASSWORD")
THROUGH_POOLER = bool(os.environ.get("TEST_POOLER_URL"))


@pytest.fixture
def pooled(settings, monkeypatch):
    """Let the connection of the test count as pooled, and the direct one lead to the same database."""
    given = connection.settings_dict
    settings.DATABASE_DIRECT = dict(settings.DATABASE_DIRECT or {name: given[name] for name in PLACE})
    monkeypatch.setitem(given, "DISABLE_SERVER_SIDE_CURSORS", True)


@pytest.fixture
def unpooled(settings):
    """Name no direct connection."""
    settings.DATABASE_DIRECT = None


@pytest.fixture
def shared_sessions(monkeypatch):
    """Let connections share a session, unless a pooler does it."""
    if not THROUGH_POOLER:
        monkeypatch.setattr(checks, "_session_of", lambda asked: 7)


def found_ids() -> list[str]:
    return [one.id for one in checks.check_database_connections(None) if one.id != "mysite.W010"]


def test_direct_connection_is_used_within_the_block_only(pooled):
    before = connections["default"]
    with direct_connection():
        within = connections["default"]
        assert within is not before
        assert not within.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
        with direct_connection():
            assert connections["default"] is within
    assert connections["default"] is before


def test_direct_connection_without_a_pooler_changes_nothing(unpooled):
    before = connections["default"]
    with direct_connection():
        assert connections["default"] is before


def test_direct_connection_ends_after_an_error(pooled):
    before = connections["default"]
    with pytest.raises(ZeroDivisionError), direct_connection():
        raise ZeroDivisionError
    assert connections["default"] is before


def test_command_runs_on_the_direct_connection(pooled):
    class Command(DirectConnectionMixin, BaseCommand):
        requires_system_checks = ()

        def handle(self, **options):
            return str(connections["default"].settings_dict["DISABLE_SERVER_SIDE_CURSORS"])

    assert Command().execute(force_color=False, no_color=True, skip_checks=True, stdout=None) == "False"


@on_postgresql
@pytest.mark.skipif(THROUGH_POOLER, reason="There is a pooler")
def test_connection_without_a_pooler_is_in_order():
    assert found_ids() == []


@on_postgresql
def test_pooler_without_a_direct_address_is_reported(unpooled, shared_sessions):
    assert found_ids() == ["mysite.E010"]


@on_postgresql
def test_direct_address_of_the_same_server_is_in_order(pooled):
    assert found_ids() == []


@on_postgresql
def test_direct_address_of_another_database_is_reported(pooled, settings):
    settings.DATABASE_DIRECT["NAME"] = "postgres"
    assert found_ids() == ["mysite.E012"]


@on_postgresql
def test_direct_address_of_a_pooler_is_reported(pooled, settings, shared_sessions):
    settings.DATABASE_DIRECT |= {name: connection.settings_dict[name] for name in PLACE}
    assert found_ids() == ["mysite.E013"]


@on_postgresql
def test_direct_address_that_does_not_answer_is_reported(pooled, settings):
    settings.DATABASE_DIRECT["PORT"] = "1"
    assert found_ids() == ["mysite.E011"]


@on_postgresql
def test_unavailable_database_is_no_finding_of_this_check(monkeypatch):
    def fail(_connection):
        raise OperationalError("refused")

    monkeypatch.setattr(checks, "uses_jit", fail)
    assert found_ids() == []


@on_postgresql
def test_jit_is_disabled_for_later_sessions(pooled):
    own, later = open_direct(connection), open_direct(connection)
    own.set_autocommit(True)
    with own.cursor() as cursor:
        cursor.execute("SET jit = on")
    disable_jit(own, pytest.fail)
    assert not uses_jit(later)
    for one in (own, later):
        one.close()


@on_postgresql
def test_role_that_may_not_disable_jit_reads_the_statement(monkeypatch):
    warned = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = on")
        cursor.execute("CREATE ROLE visitor")
        cursor.execute("SET LOCAL ROLE visitor")
    disable_jit(connection, warned.append)
    [text] = warned
    assert "SET jit = off;" in text
