"""Making of a backup while the site serves.

The database is read as of one moment, and the files after it: a file is stored before the row that names it is
committed, and its content never changes under one name. So every file of the copied rows is there. A file that was
deleted meanwhile is noted as missing.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection
from django.utils import timezone

from .backup_databases import database_of_site
from .backup_store import BackupStore, backup_time, create_name, object_name
from .encryption import read_recipients
from .exceptions import BackupError
from .logic.retention_rule import select_retained
from .manifest import Manifest, applied_migrations, write_manifest
from .models import Backup
from .stored_files import file_sources, source_of, walk_files
from .table_digests import digest_tables, named_files

BLOCK = 1024 * 1024
WORK = "backup-work"


def make_backup(*, rewrite: bool = False) -> Backup:
    """Make a backup and return its row. ``rewrite``: store all files anew, also those that are there."""
    read_recipients()
    store = BackupStore()
    row = Backup.objects.create(name=create_name())
    try:
        with work_folder() as work:
            _write_backup(store, row, work, rewrite)
    except (BackupError, OSError) as error:
        Backup.objects.filter(pk=row.pk).update(error=str(error))
        raise
    return row


def _write_backup(store: BackupStore, row: Backup, work: Path, rewrite: bool) -> None:
    database, dump = database_of_site(), work / "database"
    with database.snapshot(dump) as cursor:
        tables = digest_tables(cursor, database.vendor)
        named = named_files(cursor, source_of)
    writer = FileWriter(store, rewrite=rewrite)
    files = {source: writer.write_all(storage) for source, storage in file_sources().items()}
    with open(dump, "rb") as file:
        size = store.write(f"backups/{row.name}.database", file)
    manifest = Manifest(
        backup=row.name,
        installation=settings.WAGTAILADMIN_BASE_URL,
        vendor=database.vendor,
        migrations=applied_migrations(connection),
        tables=tables,
        files=files,
        missing=sorted(f"{source}/{name}" for source, name in named if name not in files[source]),
        database=[file_digest(dump), dump.stat().st_size],
    )
    write_manifest(store, manifest)
    store.write_index(row.name, writer.objects)
    row.completed_at, row.files = timezone.now(), sum(map(len, files.values()))
    row.written_bytes = writer.written + size
    row.save()


class FileWriter:
    """Storage of files as objects, each content once."""

    def __init__(self, store: BackupStore, *, rewrite: bool):
        self.store = store
        self.recipients = ",".join(map(str, read_recipients()))
        self.present = set() if rewrite else store.list_objects()
        self.objects: set[str] = set()
        self.written = 0  # bytes

    def write_all(self, storage) -> dict[str, list]:
        """Store all files of a source. Return SHA-256, size and object by name."""
        found = {}
        for name in walk_files(storage):
            try:
                with storage.open(name) as file:
                    found[name] = self._write(file)
            except FileNotFoundError:  # deleted since the folder was read
                continue
        return found

    def _write(self, file: BinaryIO) -> list:
        digest, size = stream_digest(file.read)
        name = object_name(digest, self.recipients)
        if name not in self.objects and name not in self.present:
            file.seek(0)
            checked = DigestReader(file)
            self.written += self.store.write(f"objects/{name}", checked)
            if checked.digest.hexdigest() != digest:
                raise BackupError(f"{file.name} changed while it was read: make the backup again.")
        self.objects.add(name)
        return [digest, size, name]


class DigestReader:
    """A file that computes the SHA-256 of what is read."""

    def __init__(self, file: BinaryIO):
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.digest.update(block)
        return block


def stream_digest(read: Callable[[int], bytes]) -> tuple[str, int]:
    """Return SHA-256 and size of a stream."""
    digest, size = hashlib.sha256(), 0
    while block := read(BLOCK):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def file_digest(path: Path) -> str:
    with open(path, "rb") as file:
        return stream_digest(file.read)[0]


def prune_backups(made: str) -> tuple[int, int]:
    """Delete backups that the rule does not retain, and unused objects. Return both numbers.

    ``made``: the backup of just now, which stays even if the clock was set back and others seem newer.
    """
    store = BackupStore()
    times = {name: backup_time(name) for name in store.list_complete()}
    retained = select_retained(times.values(), settings.BACKUP_KEEP) | {backup_time(made)}
    old = [name for name, at in times.items() if at not in retained]
    for name in old:
        store.remove(name)
    return len(old), store.remove_unused()


@contextmanager
def exclusive_backup() -> Iterator[None]:
    """Run the block only if no other process of this machine makes or restores a backup."""
    folder = settings.VAR_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(folder / "backup", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(
                "Another backup or restore is running here: wait until it has ended."
            ) from error
        yield


@contextmanager
def work_folder() -> Iterator[Path]:
    """Yield an empty folder for unencrypted copies. Delete it afterwards, and that of a killed process before."""
    folder = settings.VAR_DIR / WORK
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
