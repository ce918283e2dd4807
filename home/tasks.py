"""Background tasks of the website."""

from datetime import timedelta

from django.apps import apps
from django.tasks import task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from .models.heartbeat import Heartbeat
from .page_cache import warm_up
from .search import document_texts, index

KEEP_SUCCESSFUL, KEEP_FAILED = timedelta(hours=6), timedelta(days=30)


@task()
def record_worker_heartbeat() -> None:
    """Record the worker's heartbeat, delete old task results and update the statistics of the search index.

    The scheduler enqueues it about once a minute.
    """
    Heartbeat.record(Heartbeat.WORKER)
    prune_task_results()
    index.analyze_index_tables()


@task(priority=-60)
def extract_document_text(pk: int, texts: str = "home.documenttext") -> None:
    """Extract the text of a file for search; ``texts``: the label of the text's model."""
    document_texts.extract_text(apps.get_model(texts), pk, timezone.now())


@task(priority=-60)
def reindex_after_site_change() -> None:
    """Index all pages again, because the number of sites decides whether addresses are full.

    Pages that belong to no site lose their entries.
    """
    index.reindex_all_pages()


@task(priority=-80)
def warm_page(pk: int) -> None:
    """Request a published page before its first visitor does."""
    warm_up.warm_page(pk)


def prune_task_results() -> None:
    """Delete old task results, because their table would grow without limit."""
    now = timezone.now()
    DBTaskResult.objects.successful().filter(finished_at__lt=now - KEEP_SUCCESSFUL).delete()
    DBTaskResult.objects.failed().filter(finished_at__lt=now - KEEP_FAILED).delete()
