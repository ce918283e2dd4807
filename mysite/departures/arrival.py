"""Arrival of a departure in an empty installation.

Nothing changes before all of it was read and found intact. Then files are added, then all rows in one transaction,
which is committed only if every table reads as it did before the departure. After an interruption, the same command
continues.
"""

import hashlib
import shutil
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.files import File
from django.core.files.storage import Storage
from django.db import DatabaseError, connection, transaction

from eservices.accounts.models import User
from eservices.cases.audit_log import audit_errors
from eservices.cases.models import Case
from eservices.payments.journal_export import totals_by_account
from eservices.payments.ledger import ledger_errors
from eservices.payments.models import JournalRow

from ..backups.backup_databases import database_of_site
from ..backups.creation import stream_digest
from ..backups.manifest import applied_migrations
from ..backups.restoration import list_faults
from ..backups.stored_files import file_sources, save_under_name, walk_files
from .departure_manifest import (
    FILES,
    TABLES,
    DepartureManifest,
    read_manifest,
    refuse_damaged,
    refuse_unsuitable,
)
from .exceptions import DepartureError
from .records import empty_tables, read_lines, record_models, reset_sequences, write_lines


def arrive_from(folder: Path, *, foreign: bool) -> tuple[DepartureManifest, list[str]]:
    """Put everything into this installation. Return the manifest, and faults of the chains that were accepted.

    ``foreign``: it may be of another ``SECRET_KEY`` and ``AUDIT_KEY``, under which anchors of the audit log cannot be
    verified.
    """
    manifest = read_manifest(folder, foreign=foreign)
    refuse_unsuitable(manifest)
    refuse_unprepared(manifest)
    refuse_damaged(folder, manifest)
    refuse_filled(manifest)
    refuse_running_site()
    refuse_full_disk(manifest)
    put_files(folder, manifest)
    try:
        faults = put_rows(folder, manifest, foreign=foreign)
    except DatabaseError as error:
        raise DepartureError(
            f"The database refused the rows and is as before: {str(error).strip()}"
        ) from error
    for name in settings.CACHES:
        caches[name].clear()
    ContentType.objects.clear_cache()
    return manifest, faults


# -- Refusals ------------------------------------------------------------------------------------------------
def refuse_unprepared(manifest: DepartureManifest) -> None:
    """Raise ``DepartureError`` if the tables of this release are not there."""
    if applied_migrations(connection) != manifest.migrations:
        raise DepartureError("The tables of this release are not complete here: run prepare, then arrive.")


def refuse_filled(manifest: DepartureManifest) -> None:
    """Raise ``DepartureError`` if the installation has accounts, cases, or files that are not of this departure."""
    filled = User.objects.exists() or Case.objects.exists()
    for source, storage in file_sources().items():
        filled = filled or any(not _is_of(manifest, source, storage, name) for name in walk_files(storage))
    if filled:
        raise DepartureError(
            "This installation has contents. A departure arrives in an empty one: install another, with a database and "
            "a COMMUNE_VAR of its own."
        )


def _is_of(manifest: DepartureManifest, source: str, storage: Storage, name: str) -> bool:
    known = manifest.files.get(f"{FILES}{source}/{name}")
    return known is not None and storage.size(name) == known[1]


def refuse_running_site() -> None:
    """Raise ``DepartureError`` if other processes use the database."""
    if others := database_of_site().count_other_connections():
        raise DepartureError(
            f"The database has {others} other connections: stop site, worker and scheduler, then arrive."
        )


def refuse_full_disk(manifest: DepartureManifest) -> None:
    """Raise ``DepartureError`` if the files and rows do not fit on the disk."""
    names = [name for name in manifest.files if name.startswith((FILES, TABLES))]
    needed, free = 2 * manifest.total_size(names), shutil.disk_usage(settings.VAR_DIR).free
    if free < needed:
        raise DepartureError(
            f"Arrival needs {needed // 10**6} MB in {settings.VAR_DIR}, and {free // 10**6} MB are free: make room, or "
            "set COMMUNE_VAR to another disk. Nothing has changed."
        )


# -- Writing -------------------------------------------------------------------------------------------------
def put_files(folder: Path, manifest: DepartureManifest) -> None:
    """Store the files, and read each again. Those of an interrupted arrival stay if they are the same."""
    sources = file_sources()
    for path in manifest.stored_files:
        source, _slash, name = path.removeprefix(FILES).partition("/")
        if source not in sources:
            raise DepartureError(
                f"{path} belongs to a document store in a folder: set GED_URL=directory:/folder, then arrive."
            )
        storage, digest = sources[source], manifest.files[path][0]
        if storage.exists(name):
            if _digest_of(storage, name) == digest:
                continue
            storage.delete(name)  # the rest of an interrupted arrival
        with open(folder / path, "rb") as file:
            save_under_name(storage, name, File(file))
        if _digest_of(storage, name) != digest:
            raise DepartureError(
                f"{name} was stored and reads differently: look at its disk, then arrive again."
            )


def _digest_of(storage: Storage, name: str) -> str:
    with storage.open(name) as file:
        return stream_digest(file.read)[0]


def put_rows(folder: Path, manifest: DepartureManifest, *, foreign: bool) -> list[str]:
    """Replace all rows in one transaction, after comparing them. Return accepted faults of the chains."""
    with transaction.atomic():
        empty_tables()
        for model in record_models():
            with open(folder / f"{TABLES}{model._meta.db_table}.jsonl", "rb") as lines:
                write_lines(model, lines)
        connection.check_constraints()
        reset_sequences()
        if faults := compare_rows(manifest):
            raise DepartureError(
                f"What arrived differs, so the database is as before: {list_faults(faults)}."
            )
        chains = [f"audit log: {fault}" for fault in audit_errors()]
        chains += [f"ledger: {fault}" for fault in ledger_errors()]
        if (new := [fault for fault in chains if fault not in manifest.faults]) and not foreign:
            raise DepartureError(
                f"The chains do not verify here, so the database is as before: {list_faults(new)}. Is AUDIT_KEY (or "
                "SECRET_KEY, if there is none) that of the old environment file?"
            )
    return chains


def compare_rows(manifest: DepartureManifest) -> list[str]:
    """Return a sentence for each table that reads differently, and for books with other totals."""
    faults = []
    for model in record_models():
        table, digest = model._meta.db_table, hashlib.sha256()
        for line in read_lines(model):
            digest.update(line)
        if digest.hexdigest() != manifest.files[f"{TABLES}{table}.jsonl"][0]:
            faults.append(f"table {table}")
    for year, totals in manifest.contents["books"].items():
        if totals_by_account(JournalRow.objects.filter(day__year=year)) != totals["accounts"]:
            faults.append(f"books of {year}")
    return faults
