"""What the newsletter does by itself."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache

from home.scheduling.periodic import periodic_jobs

from . import tasks
from .actions import digests, mailings, subscribers

GRACE = timedelta(days=30)
BOUNCES_EVERY = timedelta(minutes=5)
RECONCILED_EVERY = timedelta(hours=24)


@periodic_jobs.register("newsletter")
def delete_unconfirmed_subscribers(now: datetime) -> None:
    """Addresses that were never confirmed are not kept."""
    subscribers.delete_unconfirmed(now - GRACE)


@periodic_jobs.register("digests")
def write_digests(now: datetime) -> None:
    """Digests whose hour has come become campaigns."""
    digests.create_due_digests(now)


@periodic_jobs.register("mailings")
def wake_due_mailings(now: datetime) -> None:
    """Wakes a worker for each mailing that is due."""
    mailings.wake_due_mailings(now)


@periodic_jobs.register("bounces")
def wake_bounce_reading(now: datetime) -> None:
    """Now and then lets a worker read what came back. Read twice, it counts once."""
    if settings.BOUNCE_MAILBOX_URL and cache.add("bounces-read", True, BOUNCES_EVERY.total_seconds()):
        tasks.read_bounces.enqueue()


@periodic_jobs.register("mailchimp")
def wake_reconciliation(now: datetime) -> None:
    """Every day lets a worker compare our subscribers with Mailchimp's members."""
    if settings.NEWSLETTER_BACKEND != "mailchimp":
        return
    if cache.add("mailchimp-reconciled", True, RECONCILED_EVERY.total_seconds()):
        tasks.reconcile_members.enqueue()
