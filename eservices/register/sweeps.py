"""What the scheduler does for the register."""

from datetime import datetime, timedelta

from home.background import sweeps

from . import tasks
from .models import Check, Entry, PostedCode, Screening

AT_ONCE = 500
KEPT = timedelta(days=90)  # codes that were posted: as long as they count for the limits


@sweeps.register("register")
def ask_what_is_due(now: datetime) -> None:
    """Wakes a worker for every question that is due; the worker claims its row."""
    questions = (
        (Screening, tasks.screen),
        (Check, tasks.check),
        (Entry, tasks.refresh_entry),
        (PostedCode, tasks.post_code),
    )
    for model, task in questions:
        for pk in model.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
            task.enqueue(pk)


@sweeps.register("posted_codes")
def forget_old_codes(now: datetime) -> None:
    """Deletes what was asked for so long ago that it counts for nothing any more."""
    PostedCode.objects.filter(asked_at__lt=now - KEPT).delete()
