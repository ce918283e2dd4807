"""Periodic jobs of webhooks."""

from datetime import datetime, timedelta

from django.core.cache import cache

from home.scheduling.periodic import periodic_jobs, run_each_isolated

from . import actions
from .models import WebhookEndpoint

DELETES_EVERY = timedelta(hours=1)


@periodic_jobs.register("webhook_replays")
def continue_replays(now: datetime) -> None:
    """Put the next events of each replay into the outbox."""
    run_each_isolated(
        WebhookEndpoint.objects.enabled().replaying(), actions.continue_replay, named="endpoint"
    )


@periodic_jobs.register("webhook_memory")
def delete_old_messages(now: datetime) -> None:
    """Delete, once an hour, messages that ended a month ago."""
    if cache.add("webhooks-deleted", True, DELETES_EVERY.total_seconds()):
        actions.delete_old_messages(now=now)
