"""Verify the journal against the states of charges, payments, refunds and unallocated payments."""

from django.core.management.base import BaseCommand, CommandError

from ... import ledger
from ...models import JournalRow


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        faults = list(ledger.ledger_errors())
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults.")
        self.stdout.write(f"{JournalRow.objects.count()} rows: the journal and the states agree.")
