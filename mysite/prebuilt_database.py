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

from .settings.base import VAR_DIR

PREBUILT_FOLDER = VAR_DIR / "migrated"  # of the demo and of the tests, whose own folder ends with them


def database_key() -> str:
    """What it is kept under: the digest of all migrations, so that a changed one is run anew."""
    digest = hashlib.sha256(settings.LANGUAGE_CODE.encode())
    for config in apps.get_app_configs():
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(f"{config.label}/{migration.name}\0".encode() + migration.read_bytes())
    return f"migrated-{digest.hexdigest()[:16]}"


def prebuilt_path() -> Path:
    """Where the one of SQLite is, once one was kept."""
    return PREBUILT_FOLDER / f"{database_key()}.sqlite3"


@contextmanager
def build_lock() -> Iterator[None]:
    """One process at a time: one migrates, and the others wait for its copy."""
    PREBUILT_FOLDER.mkdir(parents=True, exist_ok=True)
    with PREBUILT_FOLDER.joinpath(f"{database_key()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def store_copy(database: sqlite3.Connection) -> None:
    """Keeps a copy of what was just migrated."""
    with _whole(prebuilt_path()) as copy:
        database.execute("VACUUM INTO ?", (str(copy),))


@contextmanager
def start_from_prebuilt(path: Path) -> Iterator[None]:
    """A new SQLite database at ``path`` begins as the one that is kept; what migrates it within keeps it."""
    with build_lock():
        new = not path.exists()
        if new and prebuilt_path().exists():
            _begin(path)
        yield
        if new and not prebuilt_path().exists():
            with closing(sqlite3.connect(path)) as database:
                store_copy(database)


def _begin(path: Path) -> None:
    for ending in ("-wal", "-shm"):  # of a database that somebody deleted: SQLite would add them to this one
        path.with_name(path.name + ending).unlink(missing_ok=True)
    with _whole(path) as copy:
        shutil.copyfile(prebuilt_path(), copy)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Where to write what is to stand at ``path``, whole or not at all: what is broken off leaves nothing half done."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
