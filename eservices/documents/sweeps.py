"""What the scheduler does for documents."""

import re
from datetime import timedelta

from eservices.cases.actors import SYSTEM
from home import orphans
from home.background import sweeps, try_each

from . import permitting
from .models import FOLDER, Document, Permit
from .tasks import issue

GRACE = timedelta(seconds=30)  # the wake-up of the moment of drawing comes first
AT_ONCE = 200
FORSAKEN = timedelta(days=1)  # no attempt takes longer from the file to its row
PDF = re.compile(r"[0-9a-f]{32}-\d+\.pdf")


@sweeps.register("documents")
def make_drawn_documents(now) -> None:
    """Wakes a worker for each document whose number is drawn and that nobody is making."""
    due = Document.objects.due(now - GRACE).order_by("due_at").values_list("pk", flat=True)
    for pk in due[:AT_ONCE]:
        issue.enqueue(str(pk))


@sweeps.register("document_orphans")
def delete_orphans(now) -> None:
    """Deletes PDFs that no document names: of attempts that were cut short, and of what was erased."""
    storage = Document._meta.get_field("content").storage
    orphans.delete_orphans(storage, FOLDER, now, now - FORSAKEN, _without_row)


def _without_row(folder: str, names: list[str]) -> list[str]:
    held = Document.objects.filter(pk__in={name[:32] for name in names if PDF.fullmatch(name)})
    kept = set(held.values_list("content", flat=True))
    return [name for name in names if PDF.fullmatch(name) and f"{folder}/{name}" not in kept]


@sweeps.register("permits")
def remind_of_permits(now) -> None:
    """Writes to whom a permit ends soon, and forgets what inspectors looked up long ago."""
    try_each(Permit.objects.to_remind(now)[:AT_ONCE], permitting.remind, named="permit", actor=SYSTEM)
    permitting.forget_looked_up(now=now)
