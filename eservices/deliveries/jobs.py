"""Periodic jobs of the outbox."""

from datetime import timedelta

from django.core.cache import cache

from home.scheduling.periodic import once_a_minute, periodic_jobs

from . import actions, attempts, emails

FORGETS_EVERY = timedelta(hours=1)


@periodic_jobs.register("deliveries")
def wake_deliveries(now) -> None:
    """Release deliveries of dead workers, then enqueue a task for each that is due."""
    attempts.recover_abandoned(now)
    actions.wake_due_deliveries(now)


@periodic_jobs.register("outbox_memory")
def erase_old_deliveries(now) -> None:
    """Erase, once an hour, deliveries that were sent a month ago and are about no case."""
    if cache.add("outbox-forgets", True, FORGETS_EVERY.total_seconds()):
        actions.erase_old_deliveries(now=now)


@periodic_jobs.register("outbox_alerts")
@once_a_minute
def send_suppressed_alerts(now) -> None:
    """Send alerts to staff that were suppressed because another had just been sent."""
    emails.send_suppressed_alerts(now)
