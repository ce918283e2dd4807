"""The doors to a subscriber: the mailed secret, nothing else."""

from datetime import datetime

from django.http import Http404

from .models import Subscriber
from .states import State


class LinkExpired(Exception):
    """The opt-in link was right once, and its time is over."""


def by_opt_in_link(secret: str, now: datetime) -> Subscriber:
    """Whom an opt-in link was mailed to. Raises Http404 where unknown, LinkExpired where too old."""
    subscriber = Subscriber.objects.filter(secret=secret).exclude(state=State.UNSUBSCRIBED).first()
    if subscriber is None:
        raise Http404
    if subscriber.state == State.PENDING and subscriber.link_expires_at <= now:
        raise LinkExpired
    return subscriber


def by_secret(secret: str) -> Subscriber:
    """The subscriber of an own page. Raises Http404 where unknown or never confirmed."""
    subscriber = Subscriber.objects.filter(secret=secret).exclude(state=State.PENDING).first()
    if subscriber is None:
        raise Http404
    return subscriber
