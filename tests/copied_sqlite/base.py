"""SQLite in memory, copied from a database that an earlier run migrated: migrating takes longer than most tests.

What was migrated is kept in pytest's cache under the digest of all migrations, so that a changed one is run anew.
Of several processes one migrates, and the others wait for its copy.
"""

import fcntl
import hashlib
import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.backends.sqlite3 import base, creation


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        kept = kept_database()
        copy = sqlite3.connect(self._get_test_db_name(), uri=True)
        with alone(kept.with_suffix(".lock")):
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


def kept_database() -> Path:
    """Where the database of today's migrations stands, if it was made."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(migration.read_bytes())
    return settings.BASE_DIR / ".pytest_cache" / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


@contextmanager
def alone(path: Path):
    """One process at a time."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(database: sqlite3.Connection, path: Path) -> None:
    """Writes a copy, whole or not at all: a run that is broken off leaves nothing half done."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(unfinished) as target:
        database.backup(target)
    unfinished.replace(path)
