"""What somebody may do whose address is proven, as a value that can wait for the proof."""

from collections.abc import Callable
from dataclasses import dataclass


class Impossible(Exception):
    """It was possible when it was asked for, and is no longer: the consultation is over, the page is gone."""


@dataclass(frozen=True)
class Done:
    """What became of it, as a key of ``deeds.OUTCOMES``, and the page to go on to."""

    outcome: str
    url: str = ""


@dataclass(frozen=True)
class Deed:
    """``about`` says in one line what a payload does; ``do`` does it for an address, or raises ``Impossible``."""

    about: Callable[[dict], str]
    do: Callable[..., Done]
