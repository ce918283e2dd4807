"""Periodic jobs of transmissions."""

from datetime import datetime

from home.scheduling.periodic import periodic_jobs, run_each_isolated

from . import actions, incoming_receipts
from .models import ConnectedSystem, Transmission

BATCH_SIZE = 500


@periodic_jobs.register("transmission_files")
def collect_transmissions(now: datetime) -> None:
    """Collect what waits for the file of a day."""
    collecting = ConnectedSystem.objects.filter(is_enabled=True, rhythm=ConnectedSystem.Rhythm.DAILY)
    for system in collecting:
        actions.collect_transmissions(system=system, now=now)


@periodic_jobs.register("transmission_receipts")
def fetch_receipts(now: datetime) -> None:
    """Ask each system that has to answer for its receipts."""
    answering = ConnectedSystem.objects.filter(is_enabled=True, transmissions__state__in=Transmission.OPEN)
    run_each_isolated(answering.distinct(), incoming_receipts.fetch_receipts_of, named="system")


@periodic_jobs.register("transmission_silence")
def find_silent_systems(now: datetime) -> None:
    """Give transmissions without an answer back to the agents."""
    for transmission in Transmission.objects.overdue(now).select_related("system")[:BATCH_SIZE]:
        actions.mark_silent(transmission=transmission, now=now)
