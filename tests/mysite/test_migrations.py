"""Migrations: their result is the tables that the models describe."""

import re

import pytest
from django.apps import apps
from django.db import connection

BY_HAND = "wagtailsearch"  # writes its SQLite tables itself


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads what SQLite keeps of each table")
def test_migrated_tables_equal_those_of_the_models():
    stand, said = tables_that_stand(), described_tables()
    assert len(said) > 200
    assert {name: stand.get(name) for name in said} == said


def tables_that_stand() -> dict[str, set]:
    """Return the parts of the statements of each table in the migrated database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return in_words(cursor.fetchall())


def described_tables() -> dict[str, set]:
    """Return the parts of the statements that would create the tables of the models."""
    models = [one for one in apps.get_models(include_auto_created=True) if one._meta.app_label != BY_HAND]
    editor = connection.schema_editor(collect_sql=True)
    found = []
    for model in models:
        if model._meta.can_migrate(connection) and not model._meta.swapped:
            editor.deferred_sql = []
            table, values = editor.table_sql(model)
            table %= tuple(map(editor.quote_value, values or ()))
            others = [*editor.deferred_sql, *editor._model_indexes_sql(model)]
            found += [(model._meta.db_table, str(one)) for one in (table, *others)]
    return in_words(found)


def in_words(statements: list[tuple[str, str]]) -> dict[str, set]:
    """Return the parts of the statements of each table, in any order of columns and of values."""
    found: dict[str, set] = {}
    for table, statement in statements:
        parts = re.split(r', (?="|CONSTRAINT|UNIQUE)', statement.partition("(")[2])
        words = {" ".join(sorted(re.findall(r"\w+", part))) for part in parts}
        found.setdefault(table, set()).update(words)
    return found
