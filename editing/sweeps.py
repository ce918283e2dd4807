"""What the scheduler looks for: pages to be examined, addresses to be asked."""

from django.conf import settings
from django.core.cache import cache
from django_tasks_db.models import DBTaskResult, TaskResultStatus

from home.background import sweeps

from .actions import reviews
from .models import ExternalLink, PageCheck
from .tasks import ask_due, examine_due


@sweeps.register("checks")
def wake_checks(now) -> None:
    if PageCheck.objects.due(now).exists() or PageCheck.missing().exists():
        _once(examine_due)


@sweeps.register("links")
def wake_links(now) -> None:
    if settings.LINK_CHECKS and ExternalLink.objects.filter(due_at__lte=now).exists():
        _once(ask_due)


REVIEWS_EVERY = 15 * 60  # seconds; days are counted, not minutes


@sweeps.register("reviews")
def tell_of_reviews(now) -> None:
    """Letters to who looks after pages. Two schedulers at once lock the same rows: nobody is told twice."""
    if cache.add("reviews-told", True, REVIEWS_EVERY):
        reviews.take_care_of_new_pages()
        reviews.tell(now)


def _once(task) -> None:
    """Never two of a kind: what takes long is not asked for again meanwhile."""
    waiting = DBTaskResult.objects.filter(task_path=task.module_path)
    if not waiting.filter(status=TaskResultStatus.READY).exists():
        task.enqueue()
