"""What somebody may do whose address is proven, as a value that can wait for the proof."""

from collections.abc import Callable
from dataclasses import dataclass


class ActionNoLongerPossible(Exception):
    """It was not possible when it was handed in, or is no longer: it was over, the page is gone."""


@dataclass(frozen=True)
class ActionResult:
    """What became of it, as a key of ``deeds.OUTCOMES``, and the page to go on to."""

    outcome: str
    url: str = ""


@dataclass(frozen=True)
class PendingActionType:
    """``about`` says in one line what a payload does, in no words of who sent it: it is mailed to an address that may
    be somebody else's. ``do`` does it for an address, or raises ``ActionNoLongerPossible``.

    What counts is the moment it was handed in, ``at``: a letter is read when somebody finds the time, and whoever took
    part on the last day did so in time. Counts may change as long as such letters are valid; see ``Timed.settles_on``.
    """

    about: Callable[[dict], str]
    do: Callable[..., ActionResult]
