"""What the scheduler does for the ground: signs of life, and pages whose hour has come."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.core.cache import cache
from wagtail.models import Page, Revision

from . import first_looks
from .background import is_waiting, name_of, sweeps, try_alone
from .bundles import actions as bundles
from .bundles.models import Bundle
from .finding import documents, missed
from .limits import HOUR
from .models.background import Heartbeat
from .models.contact import forget_messages
from .planning import snippets_with_drafts
from .tasks import heartbeat, look_at

WORKER_EVERY = timedelta(seconds=45)


@sweeps.register("heartbeat")
def beat(now) -> None:
    """Leaves a sign of the scheduler, and now and then gives the worker one to leave, never two at a time."""
    Heartbeat.beat(Heartbeat.SCHEDULER)
    seen = Heartbeat.seen()[Heartbeat.WORKER]
    if seen and seen > now - WORKER_EVERY:
        return
    if not is_waiting(heartbeat):
        heartbeat.enqueue()


@sweeps.register("document_texts")
def read_documents(now) -> None:
    """Wakes a worker for each document whose text was not read yet, and forgets what was sought a year ago."""
    documents.wake(now)
    missed.forget()


@sweeps.register("first_looks")
def look_first(now) -> None:
    """Lets a worker look at what was published, once it has nothing else to do."""
    if not is_waiting(look_at) and (pages := first_looks.due()):
        for pk in first_looks.with_those_above(pages):
            look_at.enqueue(pk)
        first_looks.saw(pages)


@sweeps.register("sessions")
def forget_sessions(now) -> None:
    """Deletes sessions that ended, once an hour: each visitor who was told something may have left one."""
    if cache.add("sessions-forgotten", True, HOUR):
        import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@sweeps.register("contact_messages")
def forget_contact_messages(now) -> None:
    forget_messages(now)


@sweeps.register("publish_scheduled")
def publish_scheduled(now) -> None:
    """Publishes and unpublishes what editors dated. Each has its own try: a faulty page holds up no other."""
    for revision in Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at"):
        try_alone(name_of(revision), revision.publish, log_action="wagtail.publish.scheduled")
    for model in [Page, *snippets_with_drafts()]:
        for live in model.objects.filter(live=True, expire_at__lte=now).order_by("expire_at"):
            try_alone(
                name_of(live), live.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled"
            )


@sweeps.register("publish_bundles")
def publish_bundles(now) -> None:
    """Publishes what was agreed to go out together. One that fails is marked with its reasons and holds up no other."""
    for bundle in Bundle.objects.due(now):
        try_alone(f"bundle {bundle.pk}", lambda bundle=bundle: bundles.publish_due(bundle))
