"""Periodic jobs for documents and permits."""

import re
from datetime import timedelta

from eservices.cases.actors import SYSTEM
from home.files import orphan_cleanup
from home.scheduling.periodic import once_a_minute, periodic_jobs, run_each_isolated

from .actions import permits
from .models import FOLDER, Document, Permit
from .tasks import issue_document

GRACE = timedelta(seconds=30)  # the task enqueued when the number was drawn comes first
BATCH_SIZE = 200
FORSAKEN = timedelta(days=1)  # longer than any attempt takes from the file to its row
PDF = re.compile(r"[0-9a-f]{32}-\d+\.pdf")


@periodic_jobs.register("documents")
def wake_drawn_documents(now) -> None:
    """Enqueue a task for each document whose number is drawn and that no worker is making."""
    due = Document.objects.due(now - GRACE).order_by("due_at").values_list("pk", flat=True)
    for pk in due[:BATCH_SIZE]:
        issue_document.enqueue(str(pk))


@periodic_jobs.register("document_orphans")
def delete_orphans(now) -> None:
    """Delete PDFs that no document refers to: of interrupted attempts, and of erased documents."""
    storage = Document._meta.get_field("content").storage
    orphan_cleanup.delete_orphans(storage, FOLDER, now, now - FORSAKEN, _without_row)


def _without_row(folder: str, names: list[str]) -> list[str]:
    held = Document.objects.filter(pk__in={name[:32] for name in names if PDF.fullmatch(name)})
    kept = set(held.values_list("content", flat=True))
    return [name for name in names if PDF.fullmatch(name) and f"{folder}/{name}" not in kept]


@periodic_jobs.register("permits")
@once_a_minute
def send_permit_reminders(now) -> None:
    """Remind applicants of permits that end soon, and delete old plate checks."""
    run_each_isolated(
        Permit.objects.to_remind(now)[:BATCH_SIZE], permits.send_expiry_reminder, named="permit", actor=SYSTEM
    )
    permits.delete_old_plate_checks(now=now)
