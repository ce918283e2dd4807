"""What apps above keep of a person beside requests, to take away and to erase in the person's own space.

An app offers it in its own ``personal.py``, under a key that stands in the export::

    personal.register("participation")(Holding(_("What I wrote"), count, export, erase))
"""

from collections.abc import Callable
from dataclasses import dataclass

from .registry import Registry


@dataclass(frozen=True)
class Holding:
    """All is asked by the proven address. ``count``: how much there is; ``export``: plain data; ``erase`` it all."""

    name: str  # may be lazy
    count: Callable[[str], int]
    export: Callable[[str], object]
    erase: Callable[[str], None]


personal: Registry[Holding] = Registry("personal")
