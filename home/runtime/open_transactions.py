"""Transactions that are open in the database."""

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connections

# Without rights on other roles a role sees the sessions of its own, and all processes of the site have the same.
OLDEST = """
SELECT min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def oldest_writing_transaction() -> datetime | None:
    """Return when the oldest other transaction began that has written and is not ended; None if there is none.

    SQLite writes one transaction after the other: what is written later, is also committed later.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        began: datetime | None = cursor.fetchone()[0]
        return began
