"""What the scheduler does for the outbox."""

from home.background import sweeps

from . import actions, emails


@sweeps.register("deliveries")
def deliver(now) -> None:
    """Puts back what a dead worker left, then wakes a worker for all that is due."""
    actions.recover(now)
    actions.wake(now)


@sweeps.register("outbox_alerts")
def tell_staff(now) -> None:
    """Tells staff what they do not know yet because a letter had just left."""
    emails.tell_again(now)
