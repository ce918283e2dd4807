"""What is forgotten by itself."""

from datetime import datetime

from home.background import sweeps

from .useful import actions as useful


@sweeps.register("verdicts")
def forget_verdicts(now: datetime) -> None:
    """Who judged a page, and later what they wrote."""
    useful.forget(now=now)
