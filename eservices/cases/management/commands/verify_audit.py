"""Proves that nobody changed what the cases' trace says."""

from django.core.management.base import BaseCommand, CommandError

from eservices.cases import trace
from eservices.cases.models import CaseEvent, TraceAnchor


class Command(BaseCommand):
    help = (
        "Checks every event of every case against the chain that binds them, and against the heads that "
        "were anchored each night. Keep the newest anchor elsewhere (a mail, a paper): --anchor proves that "
        "it still stands."
    )

    def add_arguments(self, parser):
        parser.add_argument("--anchor", help="The hash of an anchor that was noted earlier.")

    def handle(self, *, anchor, **options):
        faults = list(trace.faults())
        if anchor and not TraceAnchor.objects.filter(hash=anchor).exists():
            faults.append("the anchor that was noted earlier is gone")
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"The trace was tampered with: {len(faults)} faults.")
        newest = TraceAnchor.objects.last()
        self.stdout.write(f"{CaseEvent.objects.count()} events are as they were written.")
        self.stdout.write(f"Newest anchor: {newest.day} {newest.hash}" if newest else "No anchor yet.")
