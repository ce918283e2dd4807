"""SQLite in memory, copied from a database that was migrated before and is kept in pytest's cache."""

import os
import sqlite3
from pathlib import Path

from django.db.backends.sqlite3 import base, creation

from tests import migrated


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        kept = migrated.FOLDER / f"{migrated.name()}.sqlite3"
        copy = sqlite3.connect(self._get_test_db_name(), uri=True)
        with migrated.alone():
            if kept.exists():
                with sqlite3.connect(kept) as source:
                    source.backup(copy)
            name = super().create_test_db(*args, **kwargs)  # runs what is not yet run: nothing in a copy
            if not kept.exists():
                keep(copy, kept)
        copy.close()  # only now: a database in memory goes with its last connection
        return name


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation


def keep(database: sqlite3.Connection, path: Path) -> None:
    """Writes a copy, whole or not at all: a run that is broken off leaves nothing half done."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(unfinished) as target:
        database.backup(target)
    unfinished.replace(path)
