"""Usage: how much of the open time is taken. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .availability import TimeSpan

NOTHING = timedelta()


@dataclass(frozen=True)
class MeasuredUsage:
    """Open time, and how much of it is ``taken``."""

    open: timedelta = NOTHING
    taken: timedelta = NOTHING

    @property
    def share(self) -> float:
        """The share that is taken, between 0 and 1."""
        return min(self.taken / self.open, 1.0) if self.open else 0.0

    @property
    def percent(self) -> int:
        """The share in per cent: at least 1 if anything is taken, and 100 only if everything is."""
        exact = 100 * self.share
        return int(exact) if exact >= 1 else int(exact > 0)

    def __add__(self, other: "MeasuredUsage") -> "MeasuredUsage":
        return MeasuredUsage(self.open + other.open, self.taken + other.taken)


def measure_usage(
    windows: Sequence[TimeSpan], taken: Iterable[tuple[TimeSpan, float]], opened: timedelta | None = None
) -> MeasuredUsage:
    """Measure how much of ``windows`` is taken.

    ``windows``: in order and without overlaps. ``taken``: spans with the fraction of the resource that each takes.
    ``opened``: the open time, if not everything is open at every hour; by default the length of the windows.
    """
    starts = [window.start for window in windows]
    total = NOTHING
    for span, part in taken:
        place = max(bisect_right(starts, span.start) - 1, 0)
        while place < len(windows) and windows[place].start < span.end:
            common = min(windows[place].end, span.end) - max(windows[place].start, span.start)
            total += max(common, NOTHING) * part
            place += 1
    length = sum((window.length for window in windows), NOTHING) if opened is None else opened
    return MeasuredUsage(length, total)
