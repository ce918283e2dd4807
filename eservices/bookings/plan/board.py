"""What staff sees of a period: each thing of their teams along its days or hours."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import get_language

from .. import access
from ..availability import Span, day_span
from ..offers import Offer
from ..periods import Period
from ..states import State
from ..usage import Usage, usage
from .bars import Bar, taken
from .lanes import Hour, Part, hours, lanes, parts, shown_hours


@dataclass(frozen=True)
class Row:
    """A thing of the plan with all that takes it in the period, in order."""

    offer: Offer
    title: str
    bars: list[Bar]

    def bars_in(self, span: Span) -> list[Bar]:
        return [bar for bar in self.bars if bar.span.overlaps(span)]


@dataclass(frozen=True)
class Cell:
    """A thing on a day."""

    row: Row
    day: date
    bars: list[Bar]

    @property
    def booked(self) -> int:
        """How many bookings of it there are."""
        return sum(bar.booking is not None for bar in self.bars)

    @cached_property
    def usage(self) -> Usage:
        """How much of the time in which it is open is taken."""
        windows = self.row.offer.rules.day_windows(self.day)
        taken = [(bar.span, bar.part) for bar in self.bars]
        return usage(windows, taken, self.row.offer.opened([self.day]))

    @property
    def rest(self) -> int:
        """What is left, in per cent."""
        return 100 - self.usage.percent

    @property
    def outside(self) -> bool:
        return any(bar.outside for bar in self.bars)


@dataclass(frozen=True)
class Lanes:
    """A thing along the hours of a day."""

    row: Row
    lanes: list[list[Part]]

    @property
    def step(self) -> int:
        """In so many minutes it is booked."""
        return self.row.offer.rules.step // timedelta(minutes=1)


class Board:
    """The plan of a period for somebody. It costs the same number of queries whatever is booked."""

    def __init__(self, user, period: Period, *, kind: str = ""):
        self.user, self.period = user, period
        self.language = get_language() or ""
        mine = access.offers_for(user)
        self.kinds = {one.kind for one in mine}
        self.offers = [one for one in mine if kind in ("", one.kind)]

    @cached_property
    def rows(self) -> list[Row]:
        if not self.offers:
            return []
        first, last = day_span(self.period.first, self.zone), day_span(self.period.last, self.zone)
        found = taken(self.user, self.offers, Span(first.start, last.end))
        return [Row(offer, offer.said(self.language).title, found[offer.key]) for offer in self.offers]

    @property
    def zone(self):
        return self.offers[0].rules.zone

    # -- one day ---------------------------------------------------------------------------------------------
    @cached_property
    def shown(self) -> Span:
        """The hours of the first day that are shown."""
        day = day_span(self.period.first, self.zone)
        spans = [bar.span for row in self.rows for bar in row.bars_in(day)]
        spans += [one for offer in self.offers for one in offer.rules.windows(self.period.first)]
        return shown_hours(day, spans, self.zone)

    @property
    def hours(self) -> list[Hour]:
        return hours(self.shown, self.zone)

    @property
    def along(self) -> list[Lanes]:
        """Each thing along these hours; what takes place at once lies in several lanes."""
        return [Lanes(row, self._lanes(row)) for row in self.rows]

    def _lanes(self, row: Row) -> list[list[Part]]:
        windows = row.offer.rules.windows(self.period.first)
        return [parts(lane, windows, self.shown) for lane in lanes(row.bars_in(self.shown))]

    # -- several days ----------------------------------------------------------------------------------------
    @property
    def table(self) -> list[tuple[Row, list[Cell]]]:
        """Each thing with its days."""
        return [(row, [self._cell(row, day) for day in self.period.days]) for row in self.rows]

    def _cell(self, row: Row, day: date) -> Cell:
        return Cell(row, day, row.bars_in(day_span(day, self.zone)))

    @property
    def sheet(self) -> list[tuple[date, list[tuple[Row, Bar]]]]:
        """Day by day what takes place, in the order in which it begins; what is only held is left out."""
        return [(day, self._events(day)) for day in self.period.days if self.offers]

    def _events(self, day: date) -> list[tuple[Row, Bar]]:
        span = day_span(day, self.zone)
        found = [(row, bar) for row in self.rows for bar in row.bars_in(span)]
        found = [(row, bar) for row, bar in found if bar.booking and bar.booking.state != State.HELD]
        return sorted(found, key=lambda one: (one[1].span, one[0].title))
