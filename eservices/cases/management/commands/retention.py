"""Command that lists the cases whose retention is over and carries out approved disposals."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from ...actors import SYSTEM
from ...models import AnswerErasure, DisposalItem
from ...retention import actions, due_cases


class Command(BaseCommand):
    help = (
        "Lists the cases that were kept long enough, by service; they go once an authority approved the list "
        "in the admin. Then carries out what was approved and erases answers that are due, as the scheduler "
        "does by itself; with --dry-run nothing changes."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")

    def handle(self, *, dry_run, **options):
        now = timezone.now()
        for due in due_cases.due_by_service(now):
            self.stdout.write(
                f"{due.service}: {due.cases.count()} to approve, {due.rule.disposition} after "
                f"{due.rule.months} months; {due.kept} kept by a hold or open work"
            )
            for case in due.cases:
                self.stdout.write(f"  {case.reference} closed {timezone.localdate(case.closed_at)}")
        items = list(DisposalItem.objects.due(now).select_related("disposal", "case"))
        for item in items:
            self.stdout.write(f"approved by {item.disposal.authority}: {item.case.reference}")
        erasures = list(AnswerErasure.objects.due(now).select_related("case"))
        for row in erasures:
            self.stdout.write(f"answers due: {row.case.reference}")
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")
            return
        for item in items:
            actions.dispose_of_case(item.pk)
        for row in erasures:
            actions.erase_answers(actor=SYSTEM, case=row.case, now=now)
        self.stdout.write(f"{len(items)} cases carried out, answers of {len(erasures)} looked at.")
