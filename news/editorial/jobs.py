"""Jobs of the editors' work: page checks, link checks and reviews."""

from django.conf import settings
from django.core.cache import cache
from django_tasks_db.models import DBTaskResult, TaskResultStatus

from home.scheduling.periodic import once_a_minute, periodic_jobs

from .actions import reviews
from .models import ExternalLink, PageCheck
from .tasks import run_due_link_checks, run_due_page_checks


@periodic_jobs.register("checks")
@once_a_minute
def wake_page_checks(now) -> None:
    if PageCheck.objects.due(now).exists() or PageCheck.unchecked_pages().exists():
        _once(run_due_page_checks)


@periodic_jobs.register("links")
def wake_link_checks(now) -> None:
    if settings.LINK_CHECKS and ExternalLink.objects.filter(due_at__lte=now).exists():
        _once(run_due_link_checks)


REVIEWS_EVERY = 15 * 60  # seconds; reviews are due on a day, so that minutes do not matter


@periodic_jobs.register("reviews")
def send_review_reminders(now) -> None:
    """Send due reminders of reviews. Two concurrent schedulers lock the same rows, so that nobody gets two."""
    if cache.add("reviews-told", True, REVIEWS_EVERY):
        reviews.create_missing_review_plans()
        reviews.send_review_reminders(now)


def _once(task) -> None:
    """Enqueue a task unless the same one already waits, so that tasks that take long do not pile up."""
    waiting = DBTaskResult.objects.filter(task_path=task.module_path)
    if not waiting.filter(status=TaskResultStatus.READY).exists():
        task.enqueue()
