"""A database that accepts no writes: set read-only by its administrator, or a replica after a fail-over."""

import time

from django.db import connection

READ_ONLY_TRANSACTION = "25006"  # PostgreSQL's code of the error


def is_read_only_error(error: BaseException | None) -> bool:
    """Return whether ``error`` is, or follows from, a write that the database refused."""
    seen = set()
    while error is not None and id(error) not in seen:
        if getattr(error, "sqlstate", None) == READ_ONLY_TRANSACTION:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def is_database_read_only() -> bool:
    """Return whether the database accepts no writes. SQLite says so only when something is written."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        return bool(cursor.fetchone()[0] == "on")


def expire_connection() -> None:
    """Let the connection be closed before it is used again: the address may lead to another server by then."""
    connection.close_at = time.monotonic()
