"""Positions of the marks in a chart. Pure.

x is in per cent, so that the chart narrows without shrinking; y is in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

ROOM = 20  # pixels above the highest mark, for its label
FOOT = 2  # pixels below the base line
EDGE = 10  # per cent from either side; within it labels are aligned to the edge so that they do not overflow


@dataclass(frozen=True)
class ChartMark:
    """A value in a chart. ``label`` is shown above it; only the first, the last and the highest have one."""

    x: float
    y: float
    value: float
    label: str
    width: float = 0
    height: float = 0

    @property
    def left_percent(self) -> str:
        return svg_percent(self.x)

    @property
    def wide(self) -> str:
        return svg_percent(self.width)

    @property
    def anchor(self) -> str:
        """The SVG ``text-anchor`` of the label at ``label_x``."""
        middle = self.x + self.width / 2
        return "start" if middle < EDGE else "end" if middle > 100 - EDGE else "middle"

    @property
    def label_x(self) -> str:
        share = {"start": 0, "middle": 0.5, "end": 1}[self.anchor]
        return svg_percent(self.x + self.width * share)

    @property
    def label_y(self) -> float:
        return self.y - 8


def chart_bars(values: Sequence[float], height: int, words: Sequence[str] = ()) -> list[ChartMark]:
    """Return a bar for each value, with a sixth of its width left free.

    ``words``: the labels; the numbers themselves if empty.
    """
    place = 100 / len(values)
    base = height - FOOT
    return [
        ChartMark(
            x=round(place * (n + 1 / 12), 1),
            width=round(place * 5 / 6, 1),
            y=base - grown,
            height=grown,
            value=value,
            label=label,
        )
        for n, (value, label, grown) in enumerate(_scaled(values, base, words))
    ]


def chart_points(values: Sequence[int], height: int) -> list[ChartMark]:
    """Return a point for each value, at the middle of the bar it would have."""
    place, base = 100 / len(values), height - FOOT
    return [
        ChartMark(x=round(place * (n + 0.5), 1), y=base - grown, value=value, label=label)
        for n, (value, label, grown) in enumerate(_scaled(values, base))
    ]


def position_percent(value: float, most: float) -> str:
    """Return the position of ``value`` on a line from 0 to ``most``.

    Between 2 and 100 per cent, so that the mark is never cut off.
    """
    return svg_percent(2 + 98 * min(value / most, 1) if most else 2)


def svg_percent(value: float) -> str:
    """Format a percentage for SVG, independent of the language."""
    return f"{value:.1f}%"


def _scaled(values: Sequence[float], base: int, words: Sequence[str] = ()) -> list[tuple[float, str, int]]:
    most = max(values)
    highest = values.index(most)
    labelled = {0, len(values) - 1, highest}
    words = words or [str(value) for value in values]
    return [
        (value, words[n] if n in labelled else "", round((base - ROOM) * value / most) if most else 0)
        for n, value in enumerate(values)
    ]
