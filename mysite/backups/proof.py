"""Proof of a backup: it is restored into a fresh place and compared, row by row and file by file."""

from pathlib import Path

from django.utils import timezone

from eservices.cases.audit_log import audit_errors
from eservices.payments.ledger import ledger_errors

from .backup_databases import database_of_site, default_connection
from .backup_store import BackupStore
from .exceptions import BackupError
from .manifest import Manifest, applied_migrations
from .models import Backup
from .restoration import compare_database, fetch_all, list_faults, refuse_unsuitable


def prove_backup(store: BackupStore, manifest: Manifest, keys, work: Path) -> None:
    """Restore the backup beside the site. Raise ``BackupError`` if it differs from what was backed up.

    Every file is read, every table compared, and both chains are verified: the audit log and the payments ledger.
    """
    try:
        refuse_unsuitable(manifest)
        _compare(manifest, fetch_all(store, manifest, keys, work), work)
    except Exception as error:
        _record(manifest, str(error))
        raise
    _record(manifest, "")


def _compare(manifest: Manifest, dump: Path, work: Path) -> None:
    database = database_of_site()
    with database.scratch(work) as restored:
        database.fill(restored, dump)
        faults = compare_database(restored, manifest)
        with default_connection(restored):
            if applied_migrations(restored) != manifest.migrations:
                faults.append("its migrations are others")
            if not faults:
                faults += [f"audit log: {fault}" for fault in audit_errors()]
                faults += [f"ledger: {fault}" for fault in ledger_errors()]
    if faults:
        raise BackupError(
            f"Backup {manifest.backup}, restored for proof, is not right: {list_faults(faults)}."
        )


def _record(manifest: Manifest, error: str) -> None:
    """Write the result into the row of the backup, if this installation made it."""
    Backup.objects.filter(name=manifest.backup).update(proven_at=timezone.now(), proof_error=error)
