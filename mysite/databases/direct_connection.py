"""The way past a pooler, for commands that need a session of their own.

PgBouncer in transaction mode gives a session to another process after each transaction: settings and locks of a
session, exported snapshots and other databases of the server need ``DATABASE_DIRECT_URL``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class DirectConnectionMixin:
    """A command that asks the server of the database itself, not the pooler in front of it."""

    def execute(self, *args: Any, **options: Any) -> Any:
        with direct_connection():
            return super().execute(*args, **options)


@contextmanager
def direct_connection() -> Iterator[None]:
    """Let this thread use ``DATABASE_DIRECT_URL`` within the block, if it is set."""
    before = connections[DEFAULT_DB_ALIAS]
    if not settings.DATABASE_DIRECT or not before.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
        yield
        return
    connections[DEFAULT_DB_ALIAS] = direct = open_direct(before)
    try:
        yield
    finally:
        direct.close()
        connections[DEFAULT_DB_ALIAS] = before


def open_direct(pooled: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    """Return a connection to ``DATABASE_DIRECT_URL``, not opened yet."""
    direct = pooled.copy()
    direct.settings_dict |= settings.DATABASE_DIRECT | {"DISABLE_SERVER_SIDE_CURSORS": False}
    return direct
