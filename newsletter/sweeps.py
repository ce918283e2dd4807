"""What the newsletter does by itself."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache

from home.background import sweeps

from . import tasks
from .actions import digests, mailings, subscribers

GRACE = timedelta(days=30)
BOUNCES_EVERY = timedelta(minutes=5)
RECONCILED_EVERY = timedelta(hours=24)


@sweeps.register("newsletter")
def forget_unconfirmed(now: datetime) -> None:
    """Addresses that were never confirmed are not kept."""
    subscribers.forget_unanswered(now - GRACE)


@sweeps.register("digests")
def write_digests(now: datetime) -> None:
    """Digests whose hour has come become campaigns."""
    digests.write_due(now)


@sweeps.register("mailings")
def go_on_mailing(now: datetime) -> None:
    """Wakes a worker for each mailing that is due."""
    mailings.wake(now)


@sweeps.register("bounces")
def read_bounces(now: datetime) -> None:
    """Now and then lets a worker read what came back. Read twice, it counts once."""
    if settings.BOUNCE_MAILBOX_URL and cache.add("bounces-read", True, BOUNCES_EVERY.total_seconds()):
        tasks.read_bounces.enqueue()


@sweeps.register("mailchimp")
def reconcile(now: datetime) -> None:
    """Every day lets a worker compare our subscribers with Mailchimp's members."""
    if settings.NEWSLETTER_BACKEND != "mailchimp":
        return
    if cache.add("mailchimp-reconciled", True, RECONCILED_EVERY.total_seconds()):
        tasks.reconcile.enqueue()
