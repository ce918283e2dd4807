"""What the scheduler does for the outbox."""

from datetime import timedelta

from django.core.cache import cache

from home.scheduling.periodic import periodic_jobs

from . import actions, emails

FORGETS_EVERY = timedelta(hours=1)


@periodic_jobs.register("deliveries")
def wake_deliveries(now) -> None:
    """Puts back what a dead worker left, then wakes a worker for all that is due."""
    actions.recover_abandoned(now)
    actions.wake_due_deliveries(now)


@periodic_jobs.register("outbox_memory")
def erase_old_deliveries(now) -> None:
    """Now and then empties what went out a month ago and is about no case."""
    if cache.add("outbox-forgets", True, FORGETS_EVERY.total_seconds()):
        actions.erase_old_deliveries(now=now)


@periodic_jobs.register("outbox_alerts")
def send_suppressed_alerts(now) -> None:
    """Tells staff what they do not know yet because a letter had just left."""
    emails.send_suppressed_alerts(now)
