"""Departure: everything the commune has, in open formats, for another host or without this program."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...backups.exceptions import BackupError
from ...databases.direct_connection import DirectConnectionMixin
from ...departures.creation import make_departure, read_departure_recipients


class Command(DirectConnectionMixin, BaseCommand):
    help = (
        "Writes everything in open formats: pages, services, cases, books, people, and all tables and files, which "
        "`arrive` puts into an empty installation. Encrypted with age as TARGET.tar.age, or with --plain as a folder."
    )
    requires_system_checks = ()  # they take seconds

    def add_arguments(self, parser):
        parser.add_argument("target", type=Path, help="The departure to write; its folder must exist.")
        parser.add_argument(
            "--recipient",
            action="append",
            default=[],
            help="A public key (age1…); by default BACKUP_RECIPIENTS.",
        )
        parser.add_argument("--plain", action="store_true", help="Write a folder, and do not encrypt it.")

    def handle(self, *, target, recipient, plain, **options):
        began, target = time.monotonic(), target.absolute()
        try:
            if not target.parent.is_dir():
                raise BackupError(
                    f"{target.parent} is missing: create it, for the user of the site (mode 700)."
                )
            recipients = [] if plain else read_departure_recipients(recipient)
            if not plain:
                target = target.with_name(f"{target.name.removesuffix('.tar.age')}.tar.age")
            manifest = make_departure(target, recipients, self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The departure was not completed and is deleted ({error}): make room or mend it, then run it again."
            ) from error
        for fault in [*manifest.faults, *(f"missing: {name}" for name in manifest.missing)]:
            self.stderr.write(fault)
        size = manifest.total_size(manifest.files) / 10**6
        self.stdout.write(
            f"{target}: {len(manifest.files)} files, {size:.1f} MB, in {time.monotonic() - began:.1f} s."
        )
        how = f"Everybody who has {target} can read it."
        self.stdout.write(f"To read it: age -d -i KEY {target.name} | tar -x" if recipients else how)
