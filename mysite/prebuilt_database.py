"""A prebuilt database with all migrations applied.

Migrating takes half a minute, copying takes no time. The demo and the tests start from it; the first process that
migrates stores it for the others.
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

PREBUILT_FOLDER = VAR_DIR / "migrated"  # shared by the demo and the tests, whose own folder is temporary


def database_key() -> str:
    """Return the key of the prebuilt database: a hash of all migrations, so that a change invalidates it."""
    digest = hashlib.sha256(settings.LANGUAGE_CODE.encode())
    for config in apps.get_app_configs():
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(f"{config.label}/{migration.name}\0".encode() + migration.read_bytes())
    return f"migrated-{digest.hexdigest()[:16]}"


def prebuilt_path() -> Path:
    """Return the path of the prebuilt SQLite database, which may not exist yet."""
    return PREBUILT_FOLDER / f"{database_key()}.sqlite3"


@contextmanager
def build_lock() -> Iterator[None]:
    """Run the block in one process at a time: one migrates, and the others wait for its copy."""
    PREBUILT_FOLDER.mkdir(parents=True, exist_ok=True)
    with PREBUILT_FOLDER.joinpath(f"{database_key()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def store_copy(database: sqlite3.Connection) -> None:
    """Store a copy of a database that was just migrated."""
    with _whole(prebuilt_path()) as copy:
        database.execute("VACUUM INTO ?", (str(copy),))


@contextmanager
def start_from_prebuilt(path: Path) -> Iterator[None]:
    """Copy the prebuilt database to a new ``path``, then run the block, which migrates it.

    Without a prebuilt one, store the migrated result.
    """
    with build_lock():
        new = not path.exists()
        if new and prebuilt_path().exists():
            _begin(path)
        yield
        if new and not prebuilt_path().exists():
            with closing(sqlite3.connect(path)) as database:
                store_copy(database)


def _begin(path: Path) -> None:
    for ending in ("-wal", "-shm"):  # files of a deleted database, which SQLite would apply to this one
        path.with_name(path.name + ending).unlink(missing_ok=True)
    with _whole(path) as copy:
        shutil.copyfile(prebuilt_path(), copy)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path whose file replaces ``path`` at the end, so that an abort leaves no partial file."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
