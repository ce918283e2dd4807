"""A replica of the database, from which public pages are read if ``DATABASE_REPLICA_URL`` names one.

Everything else uses the primary, and so do public pages while the replica is away, lags, or may not have the newest
publication yet.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.models import Model

from .outages import REPLICA

ALIAS = "replica"
CHECK_SECONDS = 2  # between two checks of the replica by a process
WITHOUT_PRIMARY_SECONDS = 10  # while the primary does not answer, because each check may wait for it
PUBLISHED = "replica-may-lack-publication"  # cache key
# The identity is that of a server and of one database of it: its replica has those of all communes.
POSITION = """
SELECT pg_current_wal_lsn()::text, system_identifier::text || ' ' || current_database() FROM pg_control_system()
"""
LAG = """
SELECT pg_is_in_recovery(), system_identifier::text || ' ' || current_database(),
       pg_last_wal_replay_lsn() >= %s::pg_lsn,
       extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float
FROM pg_control_system()
"""

_reading: ContextVar[bool] = ContextVar("reading_replica", default=False)


class ReplicaUnusable(Exception):
    """The replica answers, and public pages may not be read from it."""


class ReplicaRouter:
    """The database of each query: the primary, and within ``reading_replica`` the replica for reading."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return ALIAS if _reading.get() and not _in_transaction() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        if _reading.get():
            _reading.set(False)  # the rest of the request reads what it writes now
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *objects: Model, **hints: Any) -> bool:
        return True  # the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == ALIAS else None


def _in_transaction() -> bool:
    return connections[DEFAULT_DB_ALIAS].in_atomic_block


@contextmanager
def reading_replica() -> Iterator[None]:
    """Read from the replica within the block, until something is written."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


class ReplicaHealth:
    """The state of the replica as this process last found it."""

    def __init__(self) -> None:
        self.usable, self.next = False, 0.0

    def is_usable(self) -> bool:
        """Return whether the replica can be read. Check it again after some seconds."""
        if time.monotonic() >= self.next:
            self.next = time.monotonic() + CHECK_SECONDS
            self.usable = self.check()
        return self.usable

    def check(self) -> bool:
        if REPLICA.read_count() and not REPLICA.is_quiet():
            return False  # another process found it a moment ago
        try:
            position = primary_position()
            if not position:
                self.next = time.monotonic() + WITHOUT_PRIMARY_SECONDS
            lag = replica_lag(position)
            if lag > settings.DATABASE_REPLICA_LAG:
                raise ReplicaUnusable(f"it is {_seconds(lag)} behind")
        except (Error, ReplicaUnusable) as fault:
            REPLICA.record_failure(fault)
            return False
        REPLICA.record_success()
        return True

    def check_again(self) -> None:
        """Check the replica before it is used again, because a query failed."""
        self.next = 0.0


replica_health = ReplicaHealth()


def may_read_replica() -> bool:
    """Return whether a public page may be read from the replica now."""
    return not cache.get(PUBLISHED) and replica_health.is_usable()


def read_primary_after_publication() -> None:
    """Have public pages read from the primary until the replica has what is published now, or counts as unusable."""
    if settings.DATABASE_REPLICA:
        cache.set(PUBLISHED, True, seconds_to_catch_up())


def seconds_to_catch_up() -> int:
    """Return after how many seconds a replica in use has what is written now."""
    return settings.DATABASE_REPLICA_LAG + 2 * CHECK_SECONDS


def primary_position() -> tuple[str, str] | None:
    """Return the position of the primary's log and its identity. None if it does not answer, or is no PostgreSQL."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return None
    try:
        with connection.cursor() as cursor:
            cursor.execute(POSITION)
            position: tuple[str, str] | None = cursor.fetchone()
            return position
    except Error:
        return None


def replica_lag(position: tuple[str, str] | None) -> float:
    """Return how many seconds the replica is behind the primary; 0 if nothing newer is known.

    Raise ``ReplicaUnusable`` if it is no replica of it.
    """
    connection = connections[ALIAS]
    if connection.vendor != "postgresql":
        connection.ensure_connection()
        return 0.0
    place, primary = position or (None, None)
    with connection.cursor() as cursor:
        cursor.execute(LAG, [place])
        follows, replica, has_all, seconds = cursor.fetchone()
    if not follows or (primary and replica != primary):
        raise ReplicaUnusable("it is no replica of the primary")
    if has_all or not place:
        return 0.0
    return math.inf if seconds is None else max(0.0, seconds)


def _seconds(lag: float) -> str:
    return "too far" if lag == math.inf else f"{lag:.0f} seconds"
