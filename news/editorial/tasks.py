"""Background tasks: check pages and external links. A task processes whatever is due."""

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from home.scheduling.task_queues import SLOW

BATCH, LINKS = 50, 20


@task()
def run_due_page_checks() -> None:
    """Check the pages that are due, and those that were never checked."""
    from .actions import page_checks
    from .models import PageCheck

    PageCheck.make_missing()
    now = timezone.now()
    for check in PageCheck.objects.due(now).select_related("page")[:BATCH]:
        page_checks.run_page_checks(actor=None, check=check, now=now)


@task(queue_name=SLOW)
def run_due_link_checks() -> None:
    """Check some of the external links that are due.

    Few at a time, and never within a request.
    """
    from .actions import page_checks
    from .models import ExternalLink

    if not settings.LINK_CHECKS:
        return
    page_checks.delete_unused_links()
    now = timezone.now()
    links = list(ExternalLink.objects.filter(due_at__lte=now).order_by("due_at", "pk")[:LINKS])
    page_checks.check_links(links, now)
