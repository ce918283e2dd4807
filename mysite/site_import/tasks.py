"""Background task: work on the imports that are in progress, one after the other, for a limited time each."""

from django.tasks import task

from home.scheduling.task_queues import SLOW

SECONDS = 40  # then other tasks of the lane have their turn


@task(queue_name=SLOW, priority=-60)
def work_on_imports() -> None:
    from .import_steps import work_on
    from .models import SiteImport

    for site_import in SiteImport.objects.filter(state__in=SiteImport.WORKING).order_by("pk"):
        more = work_on(site_import, SECONDS)
        if more:
            work_on_imports.enqueue()
