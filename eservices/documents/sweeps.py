"""What the scheduler does for documents."""

from datetime import timedelta

from eservices.cases.actors import SYSTEM
from home.background import sweeps

from . import permitting
from .models import Document, Permit
from .tasks import issue

GRACE = timedelta(seconds=30)  # the wake-up of the moment of drawing comes first
AT_ONCE = 200


@sweeps.register("documents")
def make_drawn_documents(now) -> None:
    """Wakes a worker for each document whose number is drawn and that nobody is making."""
    due = Document.objects.due(now - GRACE).order_by("due_at").values_list("pk", flat=True)
    for pk in due[:AT_ONCE]:
        issue.enqueue(str(pk))


@sweeps.register("permits")
def remind_of_permits(now) -> None:
    """Writes to whom a permit ends soon, and forgets what inspectors looked up long ago."""
    for permit in Permit.objects.to_remind(now)[:AT_ONCE]:
        permitting.remind(actor=SYSTEM, permit=permit)
    permitting.forget_looked_up(now=now)
