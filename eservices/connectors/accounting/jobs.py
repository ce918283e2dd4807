"""Periodic job of the accounting export."""

from datetime import datetime

from home.scheduling.periodic import once_a_minute, periodic_jobs, run_isolated

from . import actions


@periodic_jobs.register("accounting")
@once_a_minute
def export_on_schedule(now: datetime) -> None:
    """Export the entries of closed days, if the layout wants it."""
    run_isolated("accounting export", actions.run_schedule, now=now)
