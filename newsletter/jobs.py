"""Jobs of the newsletter."""

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
    """Delete addresses that were not confirmed within ``GRACE`` after their link expired."""
    subscribers.delete_unconfirmed(now - GRACE)


@periodic_jobs.register("digests")
def write_digests(now: datetime) -> None:
    """Create the campaigns of due digests."""
    digests.create_due_digests(now)


@periodic_jobs.register("mailings")
def wake_due_mailings(now: datetime) -> None:
    """Enqueue a task for each due mailing."""
    mailings.wake_due_mailings(now)


@periodic_jobs.register("bounces")
def wake_bounce_reading(now: datetime) -> None:
    """Enqueue the reading of bounces, every ``BOUNCES_EVERY``. Reading twice counts once."""
    if settings.BOUNCE_MAILBOX_URL and cache.add("bounces-read", True, BOUNCES_EVERY.total_seconds()):
        tasks.read_bounces.enqueue()


@periodic_jobs.register("mailchimp")
def wake_reconciliation(now: datetime) -> None:
    """Enqueue the comparison with Mailchimp, every ``RECONCILED_EVERY``."""
    if settings.NEWSLETTER_BACKEND != "mailchimp":
        return
    if cache.add("mailchimp-reconciled", True, RECONCILED_EVERY.total_seconds()):
        tasks.reconcile_members.enqueue()
