"""Restore of a backup into this installation, or its proof beside it."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...backups.backup_store import BackupStore
from ...backups.creation import exclusive_backup, work_folder
from ...backups.encryption import proof_keys, read_keys
from ...backups.exceptions import BackupError
from ...backups.manifest import read_manifest
from ...backups.proof import prove_backup
from ...backups.restoration import restore_backup
from ...databases.direct_connection import DirectConnectionMixin


class Command(DirectConnectionMixin, BaseCommand):
    help = (
        "Restores a backup from BACKUP_URL into an empty installation, with the private key in --identity. Nothing "
        "changes before all of it was read and found intact."
    )
    requires_system_checks = ()  # they ask the database, which may be empty

    def add_arguments(self, parser):
        parser.add_argument("name", nargs="?", default="", help="The backup; the newest if left out.")
        parser.add_argument("--list", action="store_true", help="Only list the complete backups.")
        parser.add_argument("--identity", type=Path, help="The file of the private key.")
        parser.add_argument("--replace", action="store_true", help="Replace what is here, and set it aside.")
        parser.add_argument("--foreign", action="store_true", help="Accept one that SECRET_KEY did not sign.")
        parser.add_argument(
            "--prove", action="store_true", help="Restore into a fresh place and compare, only."
        )

    def handle(self, *, name, identity, replace, foreign, prove, **options):
        try:
            store = BackupStore()
            if options["list"]:
                self.stdout.writelines(f"{one}\n" for one in store.list_complete())
                return
            keys = read_keys(identity) if identity else proof_keys()
            if not keys:
                raise BackupError("Name the file of the private key with --identity.")
            with exclusive_backup(), work_folder() as work:
                chosen = store.choose(name)
                store.read_index(chosen)
                manifest = read_manifest(store, chosen, keys, foreign=foreign)
                if prove:
                    prove_backup(store, manifest, keys, work)
                    self.stdout.write(f"{manifest.backup} was restored beside the site and is equal.")
                    return
                aside = restore_backup(store, manifest, keys, work, replace=replace)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The restore was interrupted ({error}). What was here is complete; run the same command again."
            ) from error
        self.report(manifest, aside)

    def report(self, manifest, aside: str) -> None:
        self.stdout.write(f"{manifest.backup} is restored, and every table and file is as it was backed up.")
        if manifest.missing:
            self.stdout.write(
                f"Files that rows name were missing at the backup: {', '.join(manifest.missing[:20])}"
            )
        if aside:
            self.stdout.write(f"What was here before is in {aside}: delete it when you do not need it.")
        self.stdout.write(
            "Now run prepare, rebuild_search, verify_audit and verify_journal, then start all three."
        )
