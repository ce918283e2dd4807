"""What the scheduler does for the outbox."""

from datetime import timedelta

from django.core.cache import cache

from home.background import sweeps

from . import actions, emails

FORGETS_EVERY = timedelta(hours=1)


@sweeps.register("deliveries")
def deliver(now) -> None:
    """Puts back what a dead worker left, then wakes a worker for all that is due."""
    actions.recover(now)
    actions.wake(now)


@sweeps.register("outbox_memory")
def forget_old(now) -> None:
    """Now and then empties what went out a month ago and is about no case."""
    if cache.add("outbox-forgets", True, FORGETS_EVERY.total_seconds()):
        actions.forget_old(now=now)


@sweeps.register("outbox_alerts")
def tell_staff(now) -> None:
    """Tells staff what they do not know yet because a letter had just left."""
    emails.tell_again(now)
