"""Command that verifies the audit log against its hash chains and anchors."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ... import audit_log
from ...models import AuditAnchor, CaseEvent


class Command(BaseCommand):
    help = (
        "Checks every event of every case against the chain that binds them, against the keyed anchors of each hour, "
        "and those against AUDIT_ANCHOR_FILE. --noted reads the anchors of another file too: a copy of that file, or "
        "the log of the scheduler (journalctl -u 'commune-*' > log.txt)."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--noted", type=Path, action="append", default=[], help="A file that names anchors."
        )

    def handle(self, *, noted, **options):
        faults = [*audit_log.audit_errors(), *audit_log.noted_faults(_lines(noted))]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"The trace was tampered with: {len(faults)} faults.")
        newest = AuditAnchor.objects.last()
        self.stdout.write(f"{CaseEvent.objects.count()} events are as they were written.")
        self.stdout.write(f"Newest anchor: {newest}" if newest else "No anchor yet.")


def _lines(noted: list[Path]) -> Iterator[str]:
    """Yield the lines of the files that name anchors. Raise CommandError if a given file cannot be read."""
    own = Path(settings.AUDIT_ANCHOR_FILE)
    for path in [*noted, own] if own.is_file() else noted:
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                yield from file
        except OSError as fault:
            raise CommandError(f"{path} cannot be read: {fault}") from fault
