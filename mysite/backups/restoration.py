"""Restoring a backup.

Nothing here changes before all of the backup was read and found intact. Then files are added, then the database is
replaced in one transaction, then files that the backup does not have are set aside: an interruption at any moment
leaves a database with all its files, and the same command continues.
"""

import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.core.cache import caches
from django.core.files import File
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from eservices.accounts.models import User
from eservices.cases.models import Case

from .backup_databases import database_of_site
from .backup_store import IN_MEMORY, BackupStore
from .creation import stream_digest
from .encryption import Damaged
from .exceptions import BackupError
from .manifest import Manifest
from .stored_files import closed_folder, file_sources, save_under_name, walk_files
from .table_digests import compare_tables, digest_tables

logger = logging.getLogger(__name__)

MOST_NAMED = 20  # faults that a message lists


def restore_backup(store: BackupStore, manifest: Manifest, keys, work: Path, *, replace: bool) -> str:
    """Restore into this installation. Return where the earlier contents are; "" if there were none."""
    refuse_unsuitable(manifest)
    filled = is_filled()
    if filled and not replace:
        raise BackupError(
            "This installation has contents. Restore into an empty one, or replace its contents with --replace: they "
            "are set aside, not deleted."
        )
    refuse_running_site()
    refuse_full_disk(manifest)
    dump = fetch_all(store, manifest, keys, work)
    aside = settings.VAR_DIR / f"before-restore-{timezone.now():%Y%m%dT%H%M%SZ}" if filled else None
    if aside:
        save_database(aside)
    for source, storage in file_sources().items():
        put_files(
            store, manifest.files.get(source, {}), storage, keys, aside and closed_folder(aside / source)
        )
    database_of_site().fill(connection, dump)
    if faults := compare_database(connection, manifest):
        raise BackupError(f"The database was restored, but differs: {list_faults(faults)}. Restore again.")
    if aside:
        for source, storage in file_sources().items():
            set_surplus_aside(manifest.files.get(source, {}), storage, closed_folder(aside / source))
    for name in settings.CACHES:
        caches[name].clear()
    return str(aside or "")


# -- Refusals ------------------------------------------------------------------------------------------------
def refuse_unsuitable(manifest: Manifest) -> None:
    """Raise ``BackupError`` if this code cannot use the backup."""
    if manifest.vendor != connection.vendor:
        raise BackupError(
            f"The backup is of {manifest.vendor}, and this installation uses {connection.vendor}: set DATABASE_URL to "
            f"a database of {manifest.vendor}."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupError(
            f"The backup was made by another, newer release (it has {unknown[0]}): install that release, then restore."
        )


def refuse_running_site() -> None:
    """Raise ``BackupError`` if other processes use the database."""
    if others := database_of_site().count_other_connections():
        raise BackupError(
            f"The database has {others} other connections: stop site, worker and scheduler, then restore."
        )


def refuse_full_disk(manifest: Manifest) -> None:
    """Raise ``BackupError`` if the contents do not fit on the disk beside those that are there."""
    needed = manifest.total_size() + 4 * manifest.database[1]
    free = shutil.disk_usage(settings.VAR_DIR).free
    if free < needed:
        raise BackupError(
            f"The backup needs {needed // 10**6} MB in {settings.VAR_DIR}, and {free // 10**6} MB are free: make room, "
            "or set COMMUNE_VAR to another disk. Nothing has changed."
        )


def is_filled() -> bool:
    """Return whether the installation has accounts, cases or files."""
    tables = connection.introspection.table_names()
    models = (model for model in (User, Case) if model._meta.db_table in tables)
    if any(model._base_manager.exists() for model in models):
        return True
    return any(True for storage in file_sources().values() for _name in walk_files(storage))


# -- Reading -------------------------------------------------------------------------------------------------
def fetch_all(store: BackupStore, manifest: Manifest, keys, work: Path) -> Path:
    """Read the whole backup and compare all digests. Return the file of its database."""
    faults = list(file_faults(store, manifest, keys))
    dump = work / "database"
    digest = hashlib.sha256()
    try:
        with open(dump, "wb") as file:
            store.read(f"backups/{manifest.backup}.database", _both(digest.update, file.write), keys)
        if digest.hexdigest() != manifest.database[0]:
            raise Damaged("it is another one than the manifest names")
    except Damaged as error:
        faults.insert(0, f"the database: {error}")
    if faults:
        raise BackupError(
            f"Backup {manifest.backup} is damaged: {list_faults(faults)}. Nothing has changed here. Take another one, "
            "and store all files anew with `manage.py backup --rewrite`."
        )
    return dump


def file_faults(store: BackupStore, manifest: Manifest, keys) -> Iterator[str]:
    """Read every file of the backup once, and yield a sentence for each that is missing or another."""
    distinct = {}
    for source, files in manifest.files.items():
        for name, (digest, _size, stored) in files.items():
            distinct.setdefault(stored, (digest, f"{source}/{name}"))
    for stored, (digest, name) in distinct.items():
        found = hashlib.sha256()
        try:
            store.read(f"objects/{stored}", found.update, keys)
            if found.hexdigest() != digest:
                raise Damaged("it is another file than the manifest names")
        except Damaged as error:
            yield f"{name}: {error}"


def list_faults(faults: list[str]) -> str:
    """Return the first faults, and the number of the others."""
    more = f"; and {len(faults) - MOST_NAMED} more" if len(faults) > MOST_NAMED else ""
    return "; ".join(faults[:MOST_NAMED]) + more


# -- Writing -------------------------------------------------------------------------------------------------
def save_database(aside: Path) -> None:
    """Copy the database that is replaced into the folder of what is set aside."""
    aside.mkdir(mode=0o700, exist_ok=True)
    with database_of_site().snapshot(aside / "database.dump"):
        logger.info("The database was copied to %s", aside)


def put_files(store: BackupStore, files: dict[str, list], storage, keys, aside) -> None:
    """Add the files of the backup. A different file of the same name is set aside."""
    for name, (digest, _size, stored) in files.items():
        if storage.exists(name):
            with storage.open(name) as file:
                if stream_digest(file.read)[0] == digest:
                    continue
            _move(storage, name, aside)
        with SpooledTemporaryFile(IN_MEMORY, dir=settings.VAR_DIR) as plain:
            store.read(f"objects/{stored}", plain.write, keys)
            plain.seek(0)
            save_under_name(storage, name, File(plain))


def set_surplus_aside(files: dict[str, list], storage, aside) -> None:
    """Move the files that the backup does not have."""
    for name in list(walk_files(storage)):
        if name not in files:
            _move(storage, name, aside)


def _move(storage, name: str, aside) -> None:
    with storage.open(name) as file:
        aside.save(name, file)
    storage.delete(name)


def compare_database(connection, manifest: Manifest) -> list[str]:
    """Return a sentence for each table that has other rows than the backup."""
    with database_of_site().reading(connection) as cursor:
        found = digest_tables(cursor, connection.vendor)
    return compare_tables(manifest.tables, found)


def _both(*receive: Callable[[bytes], object]) -> Callable[[bytes], None]:
    def write(block: bytes) -> None:
        for one in receive:
            one(block)

    return write
