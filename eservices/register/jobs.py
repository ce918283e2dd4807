"""Jobs of the register app."""

from datetime import datetime, timedelta

from home.scheduling.periodic import once_a_minute, periodic_jobs

from .models import PostedCode
from .tasks import LOOKUPS

BATCH_SIZE = 500
CODE_RETENTION = timedelta(days=90)  # as long as requested codes count for the limits


@periodic_jobs.register("register")
def wake_due_lookups(now: datetime) -> None:
    """Enqueue a task for every lookup that is due; its worker claims the row."""
    for model, task in LOOKUPS.items():
        for pk in model.objects.due(now).order_by("due_at").values_list("pk", flat=True)[:BATCH_SIZE]:
            task.enqueue(pk)


@periodic_jobs.register("posted_codes")
@once_a_minute
def delete_old_codes(now: datetime) -> None:
    """Delete codes that are too old to count for the limits."""
    PostedCode.objects.filter(asked_at__lt=now - CODE_RETENTION).delete()
