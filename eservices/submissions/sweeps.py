"""What the scheduler does for drafts and files."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from home import orphans
from home.background import sweeps, try_each

from . import actions
from .models import FILES, Draft, StoredFile, private_storage
from .tasks import scan

AT_ONCE = 50  # a little at each look: nobody waits for it, so no worker is woken
UNCLAIMED = timedelta(days=1)  # no request takes longer from a file to its row and to what the row belongs to


@sweeps.register("drafts")
def forget_expired_drafts(now: datetime) -> None:
    """Deletes what was entered into drafts that were never sent, once they were kept as long as promised.

    Of a rehearsal nothing stays at all.
    """
    drafts = Draft.objects.to_forget(now).select_related("version")
    try_each(drafts[:AT_ONCE], _forget, named="draft")


def _forget(draft: Draft) -> None:
    forget = actions.discard if draft.version.is_rehearsal else actions.forget
    with suppress(actions.AlreadySent):  # in the last second
        forget(actor=None, draft=draft)


@sweeps.register("scans")
def scan_waiting_files(now: datetime) -> None:
    """Wakes a worker for each file that waits for the scanner. Claimed by compare-and-set."""
    due = StoredFile.objects.to_scan(now).order_by("scan_due_at").values_list("pk", "scan_due_at")
    for pk, due_at in due[:AT_ONCE]:
        if StoredFile.objects.filter(pk=pk, scan_due_at=due_at).update(scan_due_at=now + actions.SCAN_AGAIN):
            scan.enqueue(str(pk))


@sweeps.register("orphans")
def delete_orphans(now: datetime) -> None:
    """Deletes rows that belong to nothing, and what lies in the storage without a row.

    Both are left by processes that were killed.
    """
    before = now - UNCLAIMED
    for stored in StoredFile.objects.unclaimed().filter(stored_at__lt=before)[:AT_ONCE]:
        stored.delete()
        private_storage().delete(stored.content.name)
    orphans.delete_orphans(private_storage(), FILES, now, before, _without_row)


def _without_row(_folder: str, names: list[str]) -> list[str]:
    """Of files named after a row, those whose row is gone, or says that the content was destroyed."""
    ids = {name: UUID(hex=name) for name in names if _is_ours(name)}
    kept = set(StoredFile.objects.kept().filter(pk__in=ids.values()).values_list("pk", flat=True))
    return [name for name, pk in ids.items() if pk not in kept]


def _is_ours(name: str) -> bool:
    return len(name) == 32 and all(sign in "0123456789abcdef" for sign in name)
