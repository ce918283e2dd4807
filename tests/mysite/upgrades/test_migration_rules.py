"""Rules of migrations: what would break the release that still runs is refused, with what to do instead."""

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from home.migration_operations import AddIndexConcurrently, CreateModels
from mysite.upgrades.migration_rules import (
    Situation,
    created_tables,
    lint_migrations,
    migration_faults,
    read_released,
)

OURS = {"mysite", "home", "news", "newsletter", "eservices"}
RELEASES = {"0.2.0"}


def text(**options) -> models.CharField:
    return models.CharField(max_length=20, **options)


def state() -> ProjectState:
    """Return the tables of a release: one with all kinds of columns, and one whose table has a name of its own."""
    columns = [
        ("id", models.BigAutoField(primary_key=True)),
        ("colour", text()),
        ("shape", text(null=True)),
        ("size", text(db_column="measure")),
    ]
    found = ProjectState()
    found.add_model(ModelState("tried", "Case", columns))
    found.add_model(ModelState("tried", "Named", columns[:2], {"db_table": "cases"}))
    return found


def faults(*operations, atomic: bool = True, fresh: tuple[str, ...] = (), **prepared_in: str) -> list[str]:
    """Return the faults of a migration of these operations. ``prepared_in``: ``__`` stands for the dot."""
    names = {name.replace("__", "."): release for name, release in prepared_in.items()}
    migration = type(
        "Migration", (migrations.Migration,), {"operations": list(operations), "prepared_in": names}
    )
    migration.atomic = atomic
    tables = frozenset(("tried", name) for name in fresh)
    return list(
        migration_faults(migration("0009_tried", "tried"), Situation("tried", state(), tables), RELEASES)
    )


def test_migrations_of_the_next_release_follow_the_rules(db):
    labels = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in OURS}
    assert lint_migrations(MigrationLoader(None), read_released(), labels) == []


def test_released_migrations_exist(db):
    found = MigrationLoader(None).disk_migrations
    listed = [
        (app, name) for apps_ in read_released().values() for app, names in apps_.items() for name in names
    ]
    assert len(listed) >= 28
    assert [key for key in listed if key not in found] == []


def test_migration_outside_every_release_is_linted(db):
    released = read_released()
    [version] = released
    rest = {version: released[version] | {"eservices_cases": ["0001_initial"]}}
    [fault] = lint_migrations(MigrationLoader(None), rest, {"eservices_cases"})
    assert fault.startswith("eservices_cases.0002_search_vector: RunPython is not elidable")
    assert lint_migrations(MigrationLoader(None), {}, {"home_alerts"}) == []  # new tables are used by nobody


def test_tables_created_together_are_new():
    alone, together = (
        migrations.CreateModel(name, [("id", models.BigAutoField(primary_key=True))])
        for name in ("One", "Two")
    )
    migration = type("Migration", (migrations.Migration,), {"operations": [alone, CreateModels([together])]})
    assert created_tables({("tried", "0009"): migration("0009", "tried")}) == {
        ("tried", "one"),
        ("tried", "two"),
    }


index = models.Index(fields=["colour"], name="by_colour")
unique = models.UniqueConstraint(fields=["colour"], name="one_colour")
REFUSED = {
    "needed column": (migrations.AddField("case", "tone", text()), "Give it a db_default"),
    "column only Python fills": (
        migrations.AddField("case", "tone", text(default="")),
        "Give it a db_default",
    ),
    "null forbidden": (migrations.AlterField("case", "shape", text()), "prepared_in"),
    "null forbidden with default": (
        migrations.AlterField("case", "shape", text(db_default="")),
        "writes NULL",
    ),
    "index of a column": (
        migrations.AlterField("case", "colour", text(db_index=True)),
        "AddIndexConcurrently",
    ),
    "other column": (migrations.AlterField("case", "colour", text(db_column="c")), "Add a new column"),
    "other type": (migrations.AlterField("case", "colour", models.IntegerField()), "Add a new column"),
    "less room": (migrations.AlterField("case", "colour", models.CharField(max_length=9)), "less room"),
    "removed column": (migrations.RemoveField("case", "colour"), "prepared_in"),
    "renamed column": (migrations.RenameField("case", "colour", "tone"), "Set db_column"),
    "deleted table": (migrations.DeleteModel("Case"), "prepared_in"),
    "renamed table": (migrations.RenameModel("Case", "Dossier"), "Set db_table"),
    "moved table": (migrations.AlterModelTable("Case", "dossiers"), "Leave it"),
    "index": (migrations.AddIndex("case", index), "AddIndexConcurrently"),
    "constraint": (migrations.AddConstraint("case", unique), "prepared_in"),
    "unique together": (migrations.AlterUniqueTogether("case", {("colour", "shape")}), "UniqueConstraint"),
    "SQL without a way back": (migrations.RunSQL("SELECT 1"), "reverse_sql"),
    "column removed behind the state": (
        migrations.SeparateDatabaseAndState([migrations.RemoveField("case", "gone")]),
        "prepared_in",
    ),
    "needed column forgotten": (
        migrations.SeparateDatabaseAndState([], [migrations.RemoveField("case", "colour")]),
        "before the model forgets it",
    ),
}


@pytest.mark.parametrize(("operation", "instead"), REFUSED.values(), ids=REFUSED)
def test_step_that_breaks_the_running_release_is_refused(operation, instead):
    [fault] = faults(operation)
    assert instead in fault


def change(apps, schema_editor):
    pass


def test_change_of_data_is_elidable_and_has_a_way_back():
    elidable, back = faults(migrations.RunPython(change))
    assert "elidable=True" in elidable
    assert "reverse_code" in back
    assert faults(migrations.RunPython(change, change, elidable=True)) == []


def test_change_of_data_is_not_beside_a_change_of_tables():
    both = (
        migrations.AddField("case", "tone", text(null=True)),
        migrations.RunPython(change, change, elidable=True),
    )
    [fault] = faults(*both)
    assert "migration of its own" in fault
    assert faults(*both, atomic=False) == []


ALLOWED = {
    "column with a database default": migrations.AddField("case", "tone", text(db_default="")),
    "column that may be null": migrations.AddField("case", "tone", text(null=True)),
    "many to many": migrations.AddField("case", "others", models.ManyToManyField("tried.case")),
    "more room": migrations.AlterField("case", "colour", models.CharField(max_length=90)),
    "text without a limit": migrations.AlterField("case", "colour", models.TextField()),
    "null allowed": migrations.AlterField("case", "colour", text(null=True)),
    "other words": migrations.AlterField("case", "colour", text(verbose_name="tone")),
    "renamed in code only": migrations.RenameField("case", "size", "extent"),
    "model renamed in code only": migrations.RenameModel("Named", "Other"),
    "index made concurrently": AddIndexConcurrently("case", index),
    "new table": migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
    "optional column forgotten": migrations.SeparateDatabaseAndState(
        [], [migrations.RemoveField("case", "shape")]
    ),
    "SQL with a way back": migrations.RunSQL("SELECT 1", migrations.RunSQL.noop),
}


@pytest.mark.parametrize("operation", ALLOWED.values(), ids=ALLOWED)
def test_step_that_the_running_release_survives_is_allowed(operation):
    assert faults(operation) == []


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        (migrations.RemoveField("case", "colour"), "case__colour"),
        (migrations.AlterField("case", "shape", text()), "case__shape"),
        (migrations.DeleteModel("Case"), "case"),
        (migrations.AddConstraint("case", unique), "case__one_colour"),
    ],
)
def test_step_prepared_by_an_earlier_release_is_allowed(operation, name):
    assert faults(operation, **{name: "0.2.0"}) == []
    early = faults(operation, **{name: "0.3.0"})
    assert "not released" in early[0]
    assert len(early) == 2


def test_tables_of_the_same_release_are_free_of_rules():
    steps = [migrations.AddField("case", "tone", text()), migrations.AddIndex("case", index)]
    assert len(faults(*steps)) == 2
    assert faults(*steps, fresh=("case",)) == []


def test_concurrent_index_is_made_and_removed(transactional_db):
    before = ProjectState.from_apps(apps)
    operation = AddIndexConcurrently("heartbeat", models.Index(fields=["at"], name="tried_concurrently"))
    after = before.clone()
    operation.state_forwards("home", after)

    def indexes() -> dict:
        with connection.cursor() as cursor:
            return connection.introspection.get_constraints(cursor, "home_heartbeat")

    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("home", editor, before, after)
    assert "tried_concurrently" in indexes()
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("home", editor, after, before)
    assert "tried_concurrently" not in indexes()
