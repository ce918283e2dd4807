"""Background task: work on the imports that are due, one after the other, for a limited time each."""

from django.tasks import task

from home.scheduling.task_queues import SLOW

SECONDS = 30  # then other tasks of the lane have their turn


@task(queue_name=SLOW, priority=-60)
def work_on_imports() -> None:
    from django.utils import timezone

    from .line_steps import work_on
    from .models import SpreadsheetImport

    due = SpreadsheetImport.objects.filter(state__in=SpreadsheetImport.WORKING, due_at__lte=timezone.now())
    more = [work_on(one, SECONDS) for one in due.order_by("due_at", "pk")]
    if any(more):
        work_on_imports.enqueue()
