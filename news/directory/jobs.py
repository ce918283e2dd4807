"""Jobs of the directory."""

from datetime import datetime

from home.scheduling.periodic import once_a_minute, periodic_jobs
from news.proposals import actions as proposals

from . import actions as directory


@periodic_jobs.register("directory")
@once_a_minute
def send_keeper_reminders(now: datetime) -> None:
    """Remind keepers once a year, and delete old proposals and expired links."""
    directory.send_due_reminders(now)
    directory.delete_expired_links(now)
    proposals.delete_old_proposals(now)
