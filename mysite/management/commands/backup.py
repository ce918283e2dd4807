"""Backup of database and files, encrypted, to the place in BACKUP_URL; the site may serve."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ...backups.backup_store import BackupStore
from ...backups.creation import exclusive_backup, make_backup, prune_backups, work_folder
from ...backups.encryption import create_key, proof_keys
from ...backups.exceptions import BackupError
from ...backups.manifest import read_manifest
from ...backups.proof import prove_backup
from ...databases.direct_connection import DirectConnectionMixin


class Command(DirectConnectionMixin, BaseCommand):
    help = (
        "Backs up database and files to BACKUP_URL, encrypted for BACKUP_RECIPIENTS. With --prove it restores the "
        "backup into a fresh place, compares everything, and then deletes what BACKUP_KEEP does not retain."
    )

    requires_system_checks = ()  # prepare ran them, and they take seconds

    def add_arguments(self, parser):
        parser.add_argument("--prove", action="store_true", help="Prove the backup, then delete old ones.")
        parser.add_argument("--rewrite", action="store_true", help="Store all files anew, after damage.")
        parser.add_argument("--new-key", action="store_true", help="Only print a new pair of keys.")

    def handle(self, *, prove, rewrite, new_key, **options):
        if new_key:
            private, public = create_key()
            self.stdout.write(
                f"# Store this away from the machine; without it no backup can be read.\n{private}"
            )
            self.stderr.write(f"BACKUP_RECIPIENTS={public}")
            return
        try:
            with exclusive_backup():
                name = self.back_up(rewrite)
                if prove:
                    self.prove(name)
                elif not settings.BACKUP_PROOF:  # nothing is ever proven here
                    self.prune(name)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The backup was not completed ({error}); earlier ones are intact.") from error

    def back_up(self, rewrite: bool) -> str:
        began = time.monotonic()
        made = make_backup(rewrite=rewrite)
        self.stdout.write(
            f"{made.name}: {made.files} files and the database, {made.written_bytes / 10**6:.1f} MB new, "
            f"in {time.monotonic() - began:.1f} s."
        )
        return made.name

    def prove(self, name: str) -> None:
        if not (keys := proof_keys()):
            raise BackupError(
                "BACKUP_PROOF is 0: prove the backup elsewhere with `manage.py restore --prove`."
            )
        began, store = time.monotonic(), BackupStore()
        with work_folder() as work:
            manifest = read_manifest(store, name, keys)
            prove_backup(store, manifest, keys, work)
        self.stdout.write(
            f"Restored and equal: {len(manifest.tables)} tables, both chains, all files, in "
            f"{time.monotonic() - began:.1f} s."
        )
        self.prune(name)

    def prune(self, name: str) -> None:
        removed, unused = prune_backups(name)
        self.stdout.write(f"Deleted: {removed} old backups, {unused} files of theirs.")
