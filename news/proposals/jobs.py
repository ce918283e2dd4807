"""Jobs of proposals."""

from datetime import datetime

from home.scheduling.periodic import periodic_jobs

from . import actions as proposals


@periodic_jobs.register("proposals")
def send_decider_digests(now: datetime) -> None:
    """Notify staff of waiting proposals, in the morning."""
    proposals.send_decider_digests(now=now)
