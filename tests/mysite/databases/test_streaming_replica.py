"""The examination of a replica, with two real servers of PostgreSQL, one of which follows the other."""

import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from home.runtime import read_replica
from home.runtime.read_replica import ALIAS, ReplicaUnusable, primary_position, replica_lag
from mysite.doctor import machine
from mysite.settings.environment import read_database
from tests.benchmarks import postgresql

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no replica"),
    pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="No server here"),
]


@pytest.fixture(scope="module")
def servers():
    with postgresql.server({"fsync": "off"}) as primary:
        with psycopg.connect(primary.url, autocommit=True) as session:
            session.execute("CREATE TABLE seen (at timestamptz)")
            session.execute("CREATE ROLE commune LOGIN")
            session.execute("CREATE DATABASE other")
        with postgresql.replica(primary) as follower:
            yield primary, follower


@pytest.fixture
def replica(servers, monkeypatch, settings, django_db_blocker):
    """Let the site have these servers, as a role without special rights."""
    for alias, server in zip(("default", ALIAS), servers, strict=True):
        monkeypatch.setenv("X", server.url.replace("postgres@", "commune@"))
        found = read_database("X")
        monkeypatch.setitem(connections.databases, alias, {**connections["default"].settings_dict, **found})
    settings.DATABASE_REPLICA = connections.databases[ALIAS]
    own = connections["default"]
    with django_db_blocker.unblock():
        connections["default"] = connections.create_connection("default")
        yield servers[1]
        for alias in ("default", ALIAS):
            connections[alias].close()
        connections["default"] = own
        del connections[ALIAS]


def write(server) -> None:
    with psycopg.connect(server.url, autocommit=True) as session:
        session.execute("INSERT INTO seen VALUES (now())")


def wait_for_lag(condition) -> float:
    for _turn in range(200):
        if condition(lag := replica_lag(primary_position())):
            return lag
        time.sleep(0.05)
    pytest.fail(f"It is {lag} seconds behind")


def test_replica_that_has_everything_is_not_behind(replica, servers):
    write(servers[0])
    assert wait_for_lag(lambda lag: lag == 0) == 0
    assert [(one.level, one.what) for one in machine.check_replica()] == [("ok", "It is 0.0 seconds behind.")]


def test_replica_that_stands_still_falls_behind(replica, servers, settings):
    settings.DATABASE_REPLICA_LAG = 1
    write(servers[0])
    wait_for_lag(lambda lag: lag == 0)
    with closing(psycopg.connect(replica.url, autocommit=True)) as session:
        session.execute("SELECT pg_wal_replay_pause()")
        write(servers[0])
        wait_for_lag(lambda lag: lag > 1)
        [finding] = machine.check_replica()
        assert finding.level == "warning"
        assert not read_replica.ReplicaHealth().check()
        session.execute("SELECT pg_wal_replay_resume()")
    wait_for_lag(lambda lag: lag == 0)


def test_replica_without_its_primary_is_read(replica, servers):
    connections["default"].close()
    connections["default"].settings_dict["PORT"] = "1"
    assert primary_position() is None
    assert replica_lag(None) == 0


def test_server_that_follows_no_other_is_refused(replica, servers):
    connections[ALIAS].close()
    connections[ALIAS].settings_dict["PORT"] = str(servers[0].port)
    with pytest.raises(ReplicaUnusable, match="no replica"):
        replica_lag(primary_position())


def test_replica_of_another_server_is_refused(replica):
    place, identity = primary_position()
    with pytest.raises(ReplicaUnusable, match="no replica"):
        replica_lag((place, identity.replace(identity.split()[0], "7")))


def test_other_database_of_the_replica_is_refused(replica):
    connections[ALIAS].close()
    connections[ALIAS].settings_dict["NAME"] = "other"
    with pytest.raises(ReplicaUnusable, match="no replica"):
        replica_lag(primary_position())


def test_replica_that_does_not_answer_is_reported(replica):
    connections[ALIAS].close()
    connections[ALIAS].settings_dict["PORT"] = "1"
    with pytest.raises(OperationalError):
        replica_lag(primary_position())
    [finding] = machine.check_replica()
    assert finding.what.startswith("It cannot be used: ")
