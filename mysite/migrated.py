"""A database as all migrations leave it, kept: to migrate one takes half a minute, to copy one takes none.

The demo begins with it, and so do the tests; whoever migrates first keeps it for the others.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings

FOLDER = settings.BASE_DIR / ".migrated"


def name() -> str:
    """What it is kept under: the digest of all migrations, so that a changed one is run anew."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(migration.read_bytes())
    return f"migrated-{digest.hexdigest()[:16]}"


def file() -> Path:
    """Where the one of SQLite is, if it was kept."""
    return FOLDER / f"{name()}.sqlite3"


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time: one migrates, and the others wait for its copy."""
    FOLDER.mkdir(exist_ok=True)
    with FOLDER.joinpath(f"{name()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(database: sqlite3.Connection) -> None:
    """Keeps a copy of what was just migrated, whole or not at all: what is broken off leaves nothing half done."""
    unfinished = file().with_suffix(f".{os.getpid()}")
    database.execute("VACUUM INTO ?", (str(unfinished),))
    unfinished.replace(file())


@contextmanager
def begun(path: Path) -> Iterator[None]:
    """A new SQLite database at ``path`` begins as the one that is kept; what migrates it within keeps it."""
    if path.exists():
        yield
        return
    with alone():
        known = file().exists()
        if known:
            shutil.copyfile(file(), path)
        yield
        if not known:
            with closing(sqlite3.connect(path)) as database:
                keep(database)
