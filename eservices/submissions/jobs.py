"""Periodic jobs for drafts and files."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from home.files import orphan_cleanup
from home.scheduling.periodic import once_a_minute, periodic_jobs, run_each_isolated

from . import actions
from .models import FILES, Draft, StoredFile, private_storage
from .tasks import scan_file

BATCH_SIZE = 50  # small batches are enough, because nobody waits for the result
# no request takes longer between storing a file and saving the rows that refer to it
UNCLAIMED = timedelta(days=1)


@periodic_jobs.register("drafts")
def erase_expired_drafts(now: datetime) -> None:
    """Delete the answers of unsent drafts after the promised retention time.

    Rehearsal drafts are deleted entirely.
    """
    drafts = Draft.objects.due_for_erasure(now).select_related("version")
    run_each_isolated(drafts[:BATCH_SIZE], _forget, named="draft")


def _forget(draft: Draft) -> None:
    forget = actions.discard_rehearsal if draft.version.is_rehearsal else actions.erase_expired_draft
    with suppress(actions.AlreadySent):  # sent in the last second
        forget(actor=None, draft=draft)


@periodic_jobs.register("scans")
def scan_waiting_files(now: datetime) -> None:
    """Enqueue a task for each file that waits for the scanner. Files are claimed by compare-and-set."""
    due = StoredFile.objects.to_scan(now).order_by("scan_due_at").values_list("pk", "scan_due_at")
    for pk, due_at in due[:BATCH_SIZE]:
        if StoredFile.objects.filter(pk=pk, scan_due_at=due_at).update(
            scan_due_at=now + actions.RESCAN_AFTER
        ):
            scan_file.enqueue(str(pk))


@periodic_jobs.register("orphans")
@once_a_minute
def delete_orphans(now: datetime) -> None:
    """Delete rows of files that nothing refers to, and stored files without a row.

    Both are left behind by processes that were killed.
    """
    before = now - UNCLAIMED
    for stored in StoredFile.objects.unclaimed().filter(stored_at__lt=before)[:BATCH_SIZE]:
        stored.delete()
        private_storage().delete(stored.content.name)
    orphan_cleanup.delete_orphans(private_storage(), FILES, now, before, _without_row)


def _without_row(_folder: str, names: list[str]) -> list[str]:
    """Return the file names whose row is missing or marks the content as destroyed."""
    ids = {name: UUID(hex=name) for name in names if _is_ours(name)}
    kept = set(StoredFile.objects.without_infected().filter(pk__in=ids.values()).values_list("pk", flat=True))
    return [name for name, pk in ids.items() if pk not in kept]


def _is_ours(name: str) -> bool:
    return len(name) == 32 and all(sign in "0123456789abcdef" for sign in name)
