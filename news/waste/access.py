"""The door to a reminder is the mailed secret and nothing else."""

from datetime import datetime

from django.http import Http404

from .models import WasteReminder


class LinkExpired(Exception):
    """The link was right once, and its time is over."""


def by_secret(secret: str) -> WasteReminder:
    """Raises Http404 where unknown."""
    for reminder in WasteReminder.objects.filter(secret=secret):
        return reminder
    raise Http404


def by_opt_in_link(secret: str, now: datetime) -> WasteReminder:
    """Raises Http404 where unknown, LinkExpired where too old."""
    reminder = by_secret(secret)
    if reminder.link_expires_at <= now and reminder.confirmed_at is None:
        raise LinkExpired
    return reminder
