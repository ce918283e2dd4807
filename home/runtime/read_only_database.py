"""A database that accepts no writes: set read-only by its administrator, or a replica after a fail-over."""

import os
import time

from django.db import connection


def is_database_read_only() -> bool:
    """Return whether the database accepts no writes."""
    if connection.vendor != "postgresql":
        return not os.access(connection.settings_dict["NAME"], os.W_OK)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        return bool(cursor.fetchone()[0] == "on")


def expire_connection() -> None:
    """Let the connection be closed before it is used again: the address may lead to another server by then."""
    connection.close_at = time.monotonic()
