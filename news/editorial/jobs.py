"""What the scheduler looks for: pages to be examined, addresses to be asked."""

from django.conf import settings
from django.core.cache import cache
from django_tasks_db.models import DBTaskResult, TaskResultStatus

from home.scheduling.periodic import periodic_jobs

from .actions import reviews
from .models import ExternalLink, PageCheck
from .tasks import run_due_link_checks, run_due_page_checks


@periodic_jobs.register("checks")
def wake_page_checks(now) -> None:
    if PageCheck.objects.due(now).exists() or PageCheck.missing().exists():
        _once(run_due_page_checks)


@periodic_jobs.register("links")
def wake_link_checks(now) -> None:
    if settings.LINK_CHECKS and ExternalLink.objects.filter(due_at__lte=now).exists():
        _once(run_due_link_checks)


REVIEWS_EVERY = 15 * 60  # seconds; days are counted, not minutes


@periodic_jobs.register("reviews")
def send_review_reminders(now) -> None:
    """Letters to who looks after pages. Two schedulers at once lock the same rows: nobody is told twice."""
    if cache.add("reviews-told", True, REVIEWS_EVERY):
        reviews.create_missing_review_plans()
        reviews.send_review_reminders(now)


def _once(task) -> None:
    """Never two of a kind: what takes long is not asked for again meanwhile."""
    waiting = DBTaskResult.objects.filter(task_path=task.module_path)
    if not waiting.filter(status=TaskResultStatus.READY).exists():
        task.enqueue()
