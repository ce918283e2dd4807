"""Jobs of the website: heartbeats, search texts, cache warm-up, sessions, old messages, scheduled publishing."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.core.cache import cache
from wagtail.models import Page, Revision

from .models.contact_form import delete_old_messages
from .models.heartbeat import Heartbeat
from .page_cache import warm_up
from .publication_calendar.entries import draftable_snippet_models
from .scheduling.periodic import is_task_queued, job_label, once_a_minute, periodic_jobs, run_isolated
from .search import document_texts, missed_queries
from .task_recovery import put_back_abandoned
from .tasks import extract_document_text, record_worker_heartbeat, warm_page
from .web.rate_limits import HOUR

WORKER_EVERY = timedelta(seconds=45)


@periodic_jobs.register("heartbeat")
def send_heartbeats(now) -> None:
    """Record the scheduler's heartbeat and, if the worker's is old, enqueue the task of the worker's heartbeat.

    At most one such task is queued.
    """
    Heartbeat.record(Heartbeat.SCHEDULER)
    seen = Heartbeat.last_signs()[Heartbeat.WORKER]
    if seen and seen > now - WORKER_EVERY:
        return
    if not is_task_queued(record_worker_heartbeat):
        record_worker_heartbeat.enqueue()


@periodic_jobs.register("abandoned_tasks")
def recover_abandoned_tasks(now) -> None:
    """Requeue the tasks of workers that died on a machine that does not come back."""
    put_back_abandoned(now)


@periodic_jobs.register("document_texts")
def extract_document_texts(now) -> None:
    """Enqueue the extraction of unread document texts, once none is queued, and delete old missed queries."""
    if not is_task_queued(extract_document_text):
        for texts, pk in document_texts.due_texts(now):
            extract_document_text.enqueue(pk, texts._meta.label_lower)
    missed_queries.delete_old_missed_queries()


@periodic_jobs.register("first_looks")
def warm_published_pages(now) -> None:
    """Enqueue the cache warm-up of recently published pages, once no warm-up is queued."""
    if not is_task_queued(warm_page) and (pages := warm_up.pages_to_warm()):
        for pk in warm_up.with_ancestors(pages):
            warm_page.enqueue(pk)
        warm_up.mark_warmed(pages)


@periodic_jobs.register("sessions")
def delete_expired_sessions(now) -> None:
    """Delete expired sessions, once an hour. A message to a visitor may create a session, so there are many."""
    if cache.add("sessions-forgotten", True, HOUR):
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@periodic_jobs.register("contact_messages")
@once_a_minute
def delete_old_contact_messages(now) -> None:
    delete_old_messages(now)


@periodic_jobs.register("publish_scheduled")
def publish_scheduled(now) -> None:
    """Publish and unpublish everything that is due. Each runs on its own: one that fails does not stop the others."""
    for revision in Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at"):
        run_isolated(job_label(revision), revision.publish, log_action="wagtail.publish.scheduled")
    for model in [Page, *draftable_snippet_models()]:
        for live in model.objects.filter(live=True, expire_at__lte=now).order_by("expire_at"):
            run_isolated(
                job_label(live), live.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled"
            )
