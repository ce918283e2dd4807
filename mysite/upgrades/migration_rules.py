"""Rules for migrations: a migration is run while the release before it still answers.

A migration whose step was prepared by an earlier release says so, by the name of what is changed:

    prepared_in = {"case.colour": "0.3.0"}  # 0.3.0 is the first release that does not use the column
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from home.migration_operations import CreateModels

RELEASED = Path(__file__).with_name("released_migrations.toml")
Released = Mapping[str, Mapping[str, list[str]]]  # names of migrations by release and app label


@dataclass(frozen=True)
class Situation:
    """The tables before an operation, and what its migration may do with them.

    ``fresh``: tables that no released code knows, by app label and model. ``prepared``: ``prepared_in`` of the
    migration, limited to releases that are out.
    """

    app: str
    state: ProjectState
    fresh: frozenset[tuple[str, str]] = frozenset()
    prepared: frozenset[str] = frozenset()

    def field(self, model: str, name: str) -> models.Field | None:
        found = self.state.models.get((self.app, model.lower()))
        return found.fields.get(name) if found else None

    def after(self, operation: Operation) -> "Situation":
        state = self.state.clone()
        operation.state_forwards(self.app, state)
        return replace(self, state=state)


def read_released() -> Released:
    return tomllib.loads(RELEASED.read_text())


def lint_migrations(loader: MigrationLoader, released: Released, labels: Iterable[str]) -> list[str]:
    """Return what is wrong with the migrations of the apps ``labels`` that are in no release yet."""
    done = {(app, name) for apps in released.values() for app, names in apps.items() for name in names}
    new = {
        key: one for key, one in loader.disk_migrations.items() if key[0] in set(labels) and key not in done
    }
    fresh = created_tables(new)
    return [
        f"{app}.{name}: {fault}"
        for (app, name), migration in sorted(new.items())
        for fault in migration_faults(
            migration, Situation(app, loader.project_state([(app, name)], at_end=False), fresh), set(released)
        )
    ]


def created_tables(found: Mapping[tuple[str, str], migrations.Migration]) -> frozenset[tuple[str, str]]:
    """Return the tables that migrations create, alone or together, by app label and model."""
    return frozenset(
        (app, created.name.lower())
        for (app, _name), migration in found.items()
        for operation in migration.operations
        for created in (operation.operations if isinstance(operation, CreateModels) else [operation])
        if isinstance(created, migrations.CreateModel)
    )


def migration_faults(migration, situation: Situation, releases: set[str]) -> Iterator[str]:
    """Yield what is wrong with one migration. ``releases``: versions that are out."""
    prepared = getattr(migration, "prepared_in", {})
    for name, release in prepared.items():
        if release not in releases:
            yield f"prepared_in names {release} for {name}, which is not released. Wait for it."
    known = {name.lower() for name, release in prepared.items() if release in releases}
    situation = replace(situation, prepared=frozenset(known))
    yield from mixture_faults(migration)
    for operation in migration.operations:
        yield from operation_faults(operation, situation)
        situation = situation.after(operation)


def mixture_faults(migration) -> Iterator[str]:
    data = [one for one in migration.operations if isinstance(one, migrations.RunPython)]
    if data and len(data) < len(migration.operations) and migration.atomic:
        yield (
            "It changes tables and data in one transaction, so that the tables stay locked while the data change. "
            "Move RunPython to a migration of its own."
        )


def operation_faults(operation: Operation, situation: Situation) -> Iterator[str]:
    """Yield what is wrong with one operation on a table that the running release uses."""
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        yield from separate_faults(operation, situation)
        return
    table = getattr(operation, "model_name", None) or getattr(operation, "name", None) or ""
    if (situation.app, table.lower()) in situation.fresh:
        return
    for kind, rule in RULES.items():
        if isinstance(operation, kind):
            yield from rule(operation, situation)


def separate_faults(operation, situation: Situation) -> Iterator[str]:
    for one in operation.database_operations:
        yield from operation_faults(one, situation)
    for one in operation.state_operations:
        field = isinstance(one, migrations.RemoveField) and situation.field(one.model_name, one.name)
        if field and needs_value(field) and not operation.database_operations:
            yield (
                f"{one.model_name}.{one.name} stays in the table, needs a value, and the new code gives it none. "
                "Let it be null, or give it a db_default, before the model forgets it."
            )


def needs_value(field: models.Field) -> bool:
    """Return whether a row cannot be inserted by code that does not know the column."""
    return not (field.null or field.many_to_many or field.generated or field.has_db_default())


def add_field_faults(operation, situation: Situation) -> Iterator[str]:
    if needs_value(operation.field):
        yield (
            f"{operation.model_name}.{operation.name} is NOT NULL, and the release that runs inserts rows without it. "
            "Give it a db_default, or let it be null for one release."
        )


def alter_field_faults(operation, situation: Situation) -> Iterator[str]:
    name, new = f"{operation.model_name}.{operation.name}", operation.field
    old = situation.field(operation.model_name, operation.name)
    if old is None:
        return
    if old.null and not new.null and name.lower() not in situation.prepared:
        yield (
            f"{name} becomes NOT NULL, and the release that runs writes NULL. First release code that writes a value, "
            "and the rows filled in; then name that release in prepared_in."
        )
    if has_index(new) and not has_index(old):
        yield f"{name} gets an index that blocks writing. {CONCURRENTLY}"
    if column_name(old, operation.name) != column_name(new, operation.name):
        yield f"{name} gets another column. {NEW_COLUMN}"
    if not holds_values_of(new, old):
        yield f"{name} gets another type, or less room, than the release that runs writes. {NEW_COLUMN}"


CONCURRENTLY = (
    "Use AddIndexConcurrently of home.migration_operations, in a migration of its own with atomic = False."
)
NEW_COLUMN = (
    "Add a new column and write both; a later release reads the new one, the next removes the old one."
)


def has_index(field: models.Field) -> bool:
    return bool(field.db_index or field.unique)


def column_name(field: models.Field, name: str) -> str:
    return field.db_column or name


def holds_values_of(new: models.Field, old: models.Field) -> bool:
    """Return whether ``new`` holds every value of ``old`` without a new table."""
    kinds = (old.get_internal_type(), new.get_internal_type())
    if kinds[0] != kinds[1]:
        return kinds in {("CharField", "TextField"), ("SlugField", "CharField"), ("CharField", "SlugField")}
    return new.max_length is None or (old.max_length is not None and old.max_length <= new.max_length)


def remove_field_faults(operation, situation: Situation) -> Iterator[str]:
    name = f"{operation.model_name}.{operation.name}"
    if name.lower() not in situation.prepared:
        yield (
            f"{name} is removed, and the release that runs reads it. First release code without it "
            "(SeparateDatabaseAndState, state only); then remove the column, and name that release in prepared_in."
        )


def rename_field_faults(operation, situation: Situation) -> Iterator[str]:
    old = situation.field(operation.model_name, operation.old_name)
    if not (old and old.db_column):
        yield (
            f"{operation.model_name}.{operation.old_name} is renamed, and the release that runs uses the old name. "
            f"Set db_column to the old name first: only the code needs the new one. Or: {NEW_COLUMN}"
        )


def delete_model_faults(operation, situation: Situation) -> Iterator[str]:
    if operation.name.lower() not in situation.prepared:
        yield (
            f"{operation.name} is deleted, and the release that runs reads its table. First release code without it "
            "(SeparateDatabaseAndState, state only); then delete the table, and name that release in prepared_in."
        )


def rename_model_faults(operation, situation: Situation) -> Iterator[str]:
    model = situation.state.models.get((situation.app, operation.old_name.lower()))
    if not (model and model.options.get("db_table")):
        yield (
            f"{operation.old_name} is renamed, and with it the table that the release that runs uses. Set db_table to "
            "the name of the table first: only the code needs the new one."
        )


def alter_table_faults(operation, situation: Situation) -> Iterator[str]:
    if operation.table != f"{situation.app}_{operation.name.lower()}":  # the name that it has already
        yield f"{operation.name} gets another table. Leave it: only code needs a new name."


def add_index_faults(operation, situation: Situation) -> Iterator[str]:
    if not isinstance(operation, AddIndexConcurrently):
        yield f"The index {operation.index.name} blocks writing while it is made. {CONCURRENTLY}"


def add_constraint_faults(operation, situation: Situation) -> Iterator[str]:
    name = f"{operation.model_name}.{operation.constraint.name}"
    if name.lower() not in situation.prepared:
        yield (
            f"The constraint {name} refuses rows that the release that runs may write. First release code that writes "
            "none; then add it, and name that release in prepared_in."
        )


def unique_together_faults(operation, situation: Situation) -> Iterator[str]:
    yield f"{operation.name} changes {operation.option_name}. Use a UniqueConstraint, which can be prepared."


def run_python_faults(operation, situation: Situation) -> Iterator[str]:
    if not operation.elidable:
        yield "RunPython is not elidable: data of old releases are changed once. Set elidable=True."
    if not operation.reversible:
        yield "RunPython has no way back. Give it reverse_code, or RunPython.noop if the old code needs none."


def run_sql_faults(operation, situation: Situation) -> Iterator[str]:
    if not operation.reversible:
        yield "RunSQL has no way back. Give it reverse_sql, or RunSQL.noop if the old code needs none."


RULES = {
    migrations.AddField: add_field_faults,
    migrations.AlterField: alter_field_faults,
    migrations.RemoveField: remove_field_faults,
    migrations.RenameField: rename_field_faults,
    migrations.DeleteModel: delete_model_faults,
    migrations.RenameModel: rename_model_faults,
    migrations.AlterModelTable: alter_table_faults,
    migrations.AddIndex: add_index_faults,
    migrations.AddConstraint: add_constraint_faults,
    migrations.AlterUniqueTogether: unique_together_faults,
    migrations.RunPython: run_python_faults,
    migrations.RunSQL: run_sql_faults,
}
