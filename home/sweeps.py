"""What the scheduler does for the ground: signs of life, and pages whose hour has come."""

import logging
from datetime import timedelta

from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from wagtail.models import DraftStateMixin, Page, Revision

from . import documents, missed
from .background import is_waiting, sweeps
from .bundles import actions as bundles
from .bundles.models import Bundle
from .models.background import Heartbeat
from .models.contact import forget_messages
from .tasks import heartbeat

logger = logging.getLogger(__name__)


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


TRY_AGAIN_AFTER = 10 * 60  # seconds; a page that cannot be published is not tried at every sweep


@sweeps.register("document_texts")
def read_documents(now) -> None:
    """Wakes a worker for each document whose text was not read yet, and forgets what was sought a year ago."""
    documents.wake(now)
    missed.forget()


@sweeps.register("contact_messages")
def forget_contact_messages(now) -> None:
    forget_messages(now)


@sweeps.register("publish_scheduled")
def publish_scheduled(now) -> None:
    """Publishes and unpublishes what editors dated. Each has its own try: a faulty page holds up no other."""
    for revision in Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at"):
        try_alone(f"revision {revision.pk}", revision.publish, log_action="wagtail.publish.scheduled")
    for model in [Page, *snippets_with_drafts()]:
        for live in model.objects.filter(live=True, expire_at__lte=now).order_by("expire_at"):
            name = f"{model._meta.label_lower} {live.pk}"
            try_alone(name, live.unpublish, set_expired=True, log_action="wagtail.unpublish.scheduled")


@sweeps.register("publish_bundles")
def publish_bundles(now) -> None:
    """Publishes what was agreed to go out together. One that fails is marked with its reasons and holds up no other."""
    for bundle in Bundle.objects.due(now):
        try_alone(f"bundle {bundle.pk}", lambda bundle=bundle: bundles.publish_due(bundle))


def snippets_with_drafts() -> list:
    """The models besides pages that begin and end at their hour."""
    return [m for m in apps.get_models() if issubclass(m, DraftStateMixin) and not issubclass(m, Page)]


def try_alone(name: str, act, **arguments) -> None:
    """Does one thing of a sweep. Where it fails it holds up no other, and rests for some minutes."""
    pause = f"scheduled-fault:{name.replace(' ', ':')}"
    if cache.get(pause):
        return
    try:
        with transaction.atomic():
            act(**arguments)
    except Exception:
        logger.exception("What was scheduled failed: %s", name)
        cache.set(pause, True, TRY_AGAIN_AFTER)
