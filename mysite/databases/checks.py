"""System checks of the connections to the database, for ``manage.py check --deploy``."""

from collections.abc import Callable
from contextlib import closing

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from home.runtime.read_only_database import is_database_read_only

from .direct_connection import open_direct
from .session_defaults import disabling_statement, uses_jit

HINT = "See Several machines in docs/operations.md."
SERVER = """
SELECT oid::text, pg_postmaster_start_time()::text, pg_is_in_recovery()
FROM pg_database WHERE datname = current_database()
"""


@register(Tags.security, "mysite", deploy=True)
def check_database_connections(app_configs, **kwargs) -> list[CheckMessage]:
    """Report a pooler without a direct address, a direct address that is none, and sessions that compile queries."""
    if connection.vendor != "postgresql":
        return []
    try:
        found = _direct_faults() if settings.DATABASE_DIRECT else _pooler_faults()
        if is_database_read_only():
            what = "The database accepts no writes: it is a replica, or default_transaction_read_only is on."
            found.append(Error(what, hint="Let DATABASE_URL lead to the primary.", id="mysite.E014"))
        if uses_jit(connection):
            hint = f"Run `manage.py migrate`, or as the owner of the database: {disabling_statement(connection)};"
            found.append(Warning("PostgreSQL compiles queries (jit).", hint=hint, id="mysite.W010"))
    except DatabaseError:  # it does not answer, which others report
        return []
    return found


def _pooler_faults() -> list[CheckMessage]:
    if not pools_by_transaction(connection.copy):
        return []
    what = "DATABASE_URL leads through a pooler in transaction mode, and DATABASE_DIRECT_URL is missing."
    return [Error(what, hint=HINT, id="mysite.E010")]


def _direct_faults() -> list[CheckMessage]:
    try:
        with closing(open_direct(connection)) as direct:
            same = _server_of(direct) == _server_of(connection)
        pooled = pools_by_transaction(lambda: open_direct(connection))
    except DatabaseError as error:
        what = f"DATABASE_DIRECT_URL does not answer: {str(error).strip()}"
        return [Error(what, hint=HINT, id="mysite.E011")]
    if not same:
        what = "DATABASE_DIRECT_URL and DATABASE_URL lead to different databases."
        return [Error(what, hint=HINT, id="mysite.E012")]
    if pooled:
        what = "DATABASE_DIRECT_URL leads through a pooler in transaction mode: name the server itself."
        return [Error(what, hint=HINT, id="mysite.E013")]
    return []


def pools_by_transaction(connect: Callable[[], BaseDatabaseWrapper]) -> bool:
    """Return whether two connections that are open at the same time share a session of the server."""
    with closing(connect()) as one, closing(connect()) as other:
        sessions = [[_session_of(each) for each in (one, other)] for _turn in range(3)]
    return any(first == second for first, second in sessions)


def _session_of(asked: BaseDatabaseWrapper) -> int:
    with asked.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def _server_of(asked: BaseDatabaseWrapper) -> tuple:
    with asked.cursor() as cursor:
        cursor.execute(SERVER)
        return cursor.fetchone()
