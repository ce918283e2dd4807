"""After a test that commits, the database stands as migrations left it, in a fraction of the time Django takes.

Django empties every table, filled or not, and lets each app write its permissions anew; what migrations wrote besides,
such as the root of the pages, stays gone. Here both come back from what was read at the beginning.
"""

import time
from collections.abc import Callable

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import TransactionTestCase

PATIENCE = 50  # tenths of a second

type Written = dict[type[models.Model], list[dict]]


def written() -> Written:
    """Every row there is, by its table."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and model is not MigrationRecorder.Migration:
            names = [field.attname for field in model._meta.local_concrete_fields]
            found[model] = list(model._base_manager.values(*names))
    return {model: rows for model, rows in found.items() if rows}


def empty(rows: Written) -> None:
    """Empties all tables and writes ``rows`` again."""
    # Made before all is gone: a task of a workflow asks for its content type.
    written = {model: [model(**row) for row in found] for model, found in rows.items()}
    with transaction.atomic(), connection.cursor() as cursor:  # what refers to what is asked at the end
        for table in filled(cursor):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
        for model, found in written.items():
            # As saving does it: ``bulk_create`` refuses models that inherit a table.
            model._base_manager._insert(
                found, fields=model._meta.local_concrete_fields, using=DEFAULT_DB_ALIAS
            )


def filled(cursor) -> list[str]:
    """The tables in which there is anything; PostgreSQL takes a second to empty all three hundred."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    quoted = connection.ops.quote_name
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT 1 FROM {quoted(one)})" for one in tables)
    )
    return [one for (one,) in cursor.fetchall()]


def emptied(rows: Written) -> Callable[[TransactionTestCase], None]:
    """What stands for Django's own way to tidy up after a test that commits."""
    return lambda _test: when_free(lambda: empty(rows))


def when_free(work: Callable[[], None]) -> None:
    """Does it once SQLite lets it: what a browser sent as its page went away may still be answered."""
    for _try in range(PATIENCE):
        try:
            return work()
        except OperationalError as fault:
            if "locked" not in str(fault):
                raise
        time.sleep(0.1)
    return work()
