"""What is forgotten by itself."""

from datetime import datetime

from home.background import sweeps

from .moderation import actions as moderation
from .moderation.kinds import KINDS
from .proving import actions as proving
from .surveys import actions as surveys
from .useful import actions as useful


@sweeps.register("verdicts")
def forget_verdicts(now: datetime) -> None:
    """Who judged a page, and later what they wrote."""
    useful.forget(now=now)


@sweeps.register("participation")
def forget_participation(now: datetime) -> None:
    """What nobody confirmed, what was refused, and addresses that nobody needs any more."""
    proving.forget(now=now)
    surveys.forget(now=now)
    for kind in KINDS.values():
        moderation.forget(now=now, kind=kind)


@sweeps.register("moderators")
def tell_moderators(now: datetime) -> None:
    """In the morning, what waits to be read."""
    moderation.tell_moderators(now=now)
