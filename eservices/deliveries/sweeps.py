"""What the scheduler does for the outbox."""

from home.background import sweeps

from . import actions


@sweeps.register("deliveries")
def deliver(now) -> None:
    """Puts back what a dead worker left, then wakes a worker for all that is due."""
    actions.recover(now)
    actions.wake(now)
