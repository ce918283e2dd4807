"""What the scheduler does for documents."""

from datetime import timedelta

from home.background import sweeps

from .models import Document
from .tasks import issue

GRACE = timedelta(seconds=30)  # the wake-up of the moment of drawing comes first
AT_ONCE = 200


@sweeps.register("documents")
def make_drawn_documents(now) -> None:
    """Wakes a worker for each document whose number is drawn and that nobody is making."""
    due = Document.objects.due(now - GRACE).order_by("due_at").values_list("pk", flat=True)
    for pk in due[:AT_ONCE]:
        issue.enqueue(str(pk))
