"""Background work of the ground: signs of life and the worker's own tidying."""

from datetime import timedelta

from django.apps import apps
from django.tasks import task
from django.utils import timezone

KEEP_SUCCESSFUL, KEEP_FAILED = timedelta(hours=6), timedelta(days=30)


@task()
def heartbeat() -> None:
    """Run every sweep or so: shows that a worker works, and removes results that nobody will read."""
    from .models.background import Heartbeat
    from .search import learn_how_much_there_is

    Heartbeat.beat(Heartbeat.WORKER)
    prune()
    learn_how_much_there_is()


@task(priority=-60)
def read_document(pk: int, texts: str = "home.documenttext") -> None:
    """Reads the text of a file for search; ``texts``: the model of its row."""
    from .finding import documents

    documents.read(apps.get_model(texts), pk, timezone.now())


@task(priority=-60)
def follow_the_sites() -> None:
    """Search leads to pages of several sites by full addresses, and finds none that no site has."""
    from . import search

    search.keep_all()


@task(priority=-80)
def look_at(pk: int) -> None:
    """Looks at a published page before its first reader."""
    from . import first_looks

    first_looks.look_at(pk)


def prune() -> None:
    """Removes old results; without it the table of tasks grows for ever."""
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    DBTaskResult.objects.successful().filter(finished_at__lt=now - KEEP_SUCCESSFUL).delete()
    DBTaskResult.objects.failed().filter(finished_at__lt=now - KEEP_FAILED).delete()
