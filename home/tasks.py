"""Background work of the ground: signs of life and the worker's own tidying."""

from datetime import timedelta

from django.apps import apps
from django.tasks import task
from django.utils import timezone

KEEP_SUCCESSFUL, KEEP_FAILED = timedelta(hours=6), timedelta(days=30)


@task()
def record_worker_heartbeat() -> None:
    """Run every sweep or so: shows that a worker works, and removes results that nobody will read."""
    from .models.heartbeat import Heartbeat
    from .search.index import analyze_index_tables

    Heartbeat.beat(Heartbeat.WORKER)
    prune_task_results()
    analyze_index_tables()


@task(priority=-60)
def extract_document_text(pk: int, texts: str = "home.documenttext") -> None:
    """Reads the text of a file for search; ``texts``: the model of its row."""
    from .search import document_texts

    document_texts.extract_text(apps.get_model(texts), pk, timezone.now())


@task(priority=-60)
def reindex_after_site_change() -> None:
    """Search leads to pages of several sites by full addresses, and finds none that no site has."""
    from .search import index

    index.reindex_all_pages()


@task(priority=-80)
def warm_page(pk: int) -> None:
    """Looks at a published page before its first reader."""
    from .page_cache import warm_up

    warm_up.warm_page(pk)


def prune_task_results() -> None:
    """Removes old results; without it the table of tasks grows for ever."""
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    DBTaskResult.objects.successful().filter(finished_at__lt=now - KEEP_SUCCESSFUL).delete()
    DBTaskResult.objects.failed().filter(finished_at__lt=now - KEEP_FAILED).delete()
