"""Defaults of all sessions of the database, stored in the database itself.

A pooler refuses them among the options of a connection, and a session of its own belongs to nobody.
"""

from collections.abc import Callable

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper


def uses_jit(connection: BaseDatabaseWrapper) -> bool:
    """Return whether PostgreSQL compiles queries, which for the short ones of a site takes longer than running them."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('jit')")
        return cursor.fetchone()[0] == "on"


def disable_jit(connection: BaseDatabaseWrapper, warn: Callable[[str], object]) -> None:
    """Disable JIT for new sessions of this database. ``warn`` is told the statement if this role may not run it."""
    if not uses_jit(connection):
        return
    statement = disabling_statement(connection)
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        warn(f"This role does not own the database. As its owner, run: {statement};")


def disabling_statement(connection: BaseDatabaseWrapper) -> str:
    """Return the statement that disables JIT for all later sessions of this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        name = connection.ops.quote_name(cursor.fetchone()[0])
    return f"ALTER DATABASE {name} SET jit = off"
