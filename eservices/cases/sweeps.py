"""What the scheduler does for cases."""

from datetime import datetime, timedelta

from home.background import sweeps

from .models import Case
from .tasks import advance

LEASE = timedelta(minutes=2)  # a wake-up that was lost is made again after this
AT_ONCE = 500


@sweeps.register("cases")
def wake_due_cases(now: datetime) -> None:
    """Wakes a worker for each case that is due. Claimed by compare-and-set: several schedulers may run."""
    due = Case.objects.due(now).order_by("due_at").values_list("pk", "due_at")
    for pk, due_at in due[:AT_ONCE]:
        if Case.objects.filter(pk=pk, due_at=due_at).update(due_at=now + LEASE):
            advance.enqueue(str(pk))
