"""What the scheduler does for the register."""

from datetime import datetime, timedelta

from home.scheduling.periodic import periodic_jobs

from . import tasks
from .models import PostedCode, RegisterCheck, ResidentRecord, Screening

BATCH_SIZE = 500
CODE_RETENTION = timedelta(days=90)  # codes that were posted: as long as they count for the limits


@periodic_jobs.register("register")
def wake_due_lookups(now: datetime) -> None:
    """Wakes a worker for every question that is due; the worker claims its row."""
    questions = (
        (Screening, tasks.screen),
        (RegisterCheck, tasks.run_check),
        (ResidentRecord, tasks.refresh_record),
        (PostedCode, tasks.post_code),
    )
    for model, task in questions:
        for pk in model.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
            task.enqueue(pk)


@periodic_jobs.register("posted_codes")
def delete_old_codes(now: datetime) -> None:
    """Deletes what was asked for so long ago that it counts for nothing any more."""
    PostedCode.objects.filter(asked_at__lt=now - CODE_RETENTION).delete()
