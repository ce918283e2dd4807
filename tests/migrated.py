"""A database that an earlier run or another process migrated: migrating takes longer than most tests."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings

FOLDER = settings.BASE_DIR / ".pytest_cache"


def name() -> str:
    """What a copy is kept under: the digest of all migrations, so that a changed one is run anew."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(migration.read_bytes())
    return f"migrated-{digest.hexdigest()[:16]}"


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time: one migrates, and the others wait for its copy."""
    FOLDER.mkdir(exist_ok=True)
    with FOLDER.joinpath(f"{name()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
