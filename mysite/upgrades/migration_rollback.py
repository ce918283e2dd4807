"""Migrations of one upgrade: which it applied, and how they are undone."""

from collections.abc import Iterable

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Key = tuple[str, str]  # app label and name of a migration


def applied_migrations() -> set[Key]:
    """Return the migrations that the database of the site has."""
    return set(MigrationRecorder(connection).applied_migrations())


def irreversible_migrations(keys: Iterable[Key]) -> list[Key]:
    """Return those of the migrations that cannot be undone."""
    known = MigrationLoader(None).disk_migrations
    return sorted(
        key for key in keys if key not in known or not all(one.reversible for one in known[key].operations)
    )


def targets_of(before: Iterable[Key], keys: Iterable[Key]) -> dict[str, str]:
    """Return the migration to which each app of ``keys`` goes back, such as it was ``before``; "zero" for none."""
    loader = MigrationLoader(None)
    names: dict[str, str] = {}
    for app in sorted({app for app, _name in keys}):
        there = [key for key in before if key[0] == app and key in loader.graph.nodes]
        last = [key for key in there if not any(child in there for child in _children(loader, key))]
        names[app] = max(last)[1] if last else "zero"
    return names


def undo_migrations(before: Iterable[Key], keys: Iterable[Key]) -> None:
    """Undo the migrations ``keys``, all of which are reversible."""
    for app, name in targets_of(before, keys).items():
        call_command("migrate", app, name, interactive=False, verbosity=0)


def _children(loader: MigrationLoader, key: Key) -> list[Key]:
    return [child.key for child in loader.graph.node_map[key].children if child.key[0] == key[0]]
