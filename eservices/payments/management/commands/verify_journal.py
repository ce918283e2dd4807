"""Proves the journal against the states of charges, payments, refunds and what was set aside."""

from django.core.management.base import BaseCommand, CommandError

from eservices.payments import ledger
from eservices.payments.models import JournalRow


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        faults = list(ledger.faults())
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults.")
        self.stdout.write(f"{JournalRow.objects.count()} rows: the journal and the states agree.")
