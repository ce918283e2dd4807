"""Arrival of a departure in this installation, which must be empty."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...backups.creation import exclusive_backup, work_folder
from ...backups.encryption import read_keys
from ...backups.exceptions import BackupError
from ...databases.direct_connection import DirectConnectionMixin
from ...departures.arrival import arrive_from
from ...departures.departure_pack import opened_departure


class Command(DirectConnectionMixin, BaseCommand):
    help = (
        "Puts a departure of the same release into this empty installation, whatever its database. Nothing changes "
        "before all of it was read and found intact; the rows stay only if every table reads as it did before."
    )
    requires_system_checks = ()  # they ask the database

    def add_arguments(self, parser):
        parser.add_argument("departure", type=Path, help="The folder or the encrypted file (….tar.age).")
        parser.add_argument("--identity", type=Path, help="The file of the private key.")
        parser.add_argument("--foreign", action="store_true", help="Accept one that SECRET_KEY did not sign.")

    def handle(self, *, departure, identity, foreign, **options):
        began = time.monotonic()
        try:
            keys = read_keys(identity) if identity else []
            with (
                exclusive_backup(),
                work_folder() as work,
                opened_departure(departure.absolute(), keys, work) as folder,
            ):
                manifest, faults = arrive_from(folder, foreign=foreign)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The arrival was interrupted ({error}): run the same command again."
            ) from error
        for fault in faults:
            self.stderr.write(fault)
        self.stdout.write(
            f"Arrived and equal: {len(manifest.tables)} tables, {sum(manifest.tables.values())} rows, "
            f"{len(manifest.stored_files)} files, the books{'' if faults else ', both chains'}, "
            f"in {time.monotonic() - began:.1f} s."
        )
        self.stdout.write("Now run prepare and rebuild_search, then start the site.")
