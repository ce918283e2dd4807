"""What happens by itself around what the commune tells."""

from datetime import datetime

from home.scheduling.periodic import periodic_jobs

from . import actions as proposals


@periodic_jobs.register("proposals")
def send_decider_digests(now: datetime) -> None:
    """In the morning, what waits to be decided."""
    proposals.send_decider_digests(now=now)
