"""Django's migrate, made quicker: what it finds is what Django finds."""

import re

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.db import connection
from django.db.migrations.state import ProjectState, StateApps

from mysite.management.commands.migrate import nearest_rendered, swaps_remembered

BY_HAND = "wagtailsearch"  # writes its tables of SQLite itself
ASKED = {"eservices_accounts.User": "AUTH_USER_MODEL", "contenttypes.ContentType": None}


def test_migrate_is_the_quick_one():
    assert get_commands()["migrate"] == "mysite"


def test_a_swapped_model_is_looked_up_once_however_many_registries_are_made(monkeypatch):
    with swaps_remembered():
        assert {name: apps.get_swappable_settings_name(name) for name in ASKED} == ASKED
        StateApps([], {})  # empties what Django remembers
        monkeypatch.setattr(apps, "get_models", None)  # what looking anew would ask
        assert {name: apps.get_swappable_settings_name(name) for name in ASKED} == ASKED


def test_what_is_remembered_ends_with_migrating():
    with swaps_remembered():
        pass
    assert {name: apps.get_swappable_settings_name(name) for name in ASKED} == ASKED
    assert "get_swappable_settings_name" not in vars(apps)


def test_how_models_are_made_anew_ends_with_migrating():
    usual = ProjectState._find_reload_model
    with pytest.raises(KeyError), nearest_rendered():
        raise KeyError
    assert ProjectState._find_reload_model is usual


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads what SQLite keeps of each table")
def test_migrating_leads_to_the_tables_columns_indexes_and_guards_that_the_models_say():
    stand, said = tables_that_stand(), tables_said()
    assert len(said) > 200
    assert {name: stand.get(name) for name in said} == said


def tables_that_stand() -> dict[str, set]:
    """What a migrated database has for each table, in words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return in_words(cursor.fetchall())


def tables_said() -> dict[str, set]:
    """What the same would have if the models made it now."""
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
    """The parts of the statements about each table, whatever the order of columns and of a set's values."""
    found: dict[str, set] = {}
    for table, statement in statements:
        parts = re.split(r', (?="|CONSTRAINT|UNIQUE)', statement.partition("(")[2])
        words = {" ".join(sorted(re.findall(r"\w+", part))) for part in parts}
        found.setdefault(table, set()).update(words)
    return found
