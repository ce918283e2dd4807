"""What the scheduler does for the ground: signs of life, and pages whose hour has come."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.core.cache import cache
from wagtail.models import Page, Revision

from .models.contact_form import delete_old_messages
from .models.heartbeat import Heartbeat
from .page_cache import warm_up
from .publication_calendar.entries import draftable_snippet_models
from .scheduling.periodic import is_task_queued, job_label, periodic_jobs, run_isolated
from .search import document_texts, missed_queries
from .tasks import record_worker_heartbeat, warm_page
from .web.rate_limits import HOUR

WORKER_EVERY = timedelta(seconds=45)


@periodic_jobs.register("heartbeat")
def send_heartbeats(now) -> None:
    """Leaves a sign of the scheduler, and now and then gives the worker one to leave, never two at a time."""
    Heartbeat.beat(Heartbeat.SCHEDULER)
    seen = Heartbeat.seen()[Heartbeat.WORKER]
    if seen and seen > now - WORKER_EVERY:
        return
    if not is_task_queued(record_worker_heartbeat):
        record_worker_heartbeat.enqueue()


@periodic_jobs.register("document_texts")
def extract_document_texts(now) -> None:
    """Wakes a worker for each document whose text was not read yet, and forgets what was sought a year ago."""
    document_texts.wake_extraction(now)
    missed_queries.delete_old_missed_queries()


@periodic_jobs.register("first_looks")
def warm_published_pages(now) -> None:
    """Lets a worker look at what was published, once it has nothing else to do."""
    if not is_task_queued(warm_page) and (pages := warm_up.pages_to_warm()):
        for pk in warm_up.with_ancestors(pages):
            warm_page.enqueue(pk)
        warm_up.mark_warmed(pages)


@periodic_jobs.register("sessions")
def forget_sessions(now) -> None:
    """Deletes sessions that ended, once an hour: each visitor who was told something may have left one."""
    if cache.add("sessions-forgotten", True, HOUR):
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@periodic_jobs.register("contact_messages")
def delete_old_contact_messages(now) -> None:
    delete_old_messages(now)


@periodic_jobs.register("publish_scheduled")
def publish_scheduled(now) -> None:
    """Publishes and unpublishes what editors dated. Each has its own try: a faulty page holds up no other."""
    for revision in Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at"):
        run_isolated(job_label(revision), revision.publish, log_action="wagtail.publish.scheduled")
    for model in [Page, *draftable_snippet_models()]:
        for live in model.objects.filter(live=True, expire_at__lte=now).order_by("expire_at"):
            run_isolated(
                job_label(live), live.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled"
            )
