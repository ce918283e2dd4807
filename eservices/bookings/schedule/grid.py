"""Schedule of a period: the resources of the user's teams by day or hour."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import get_language

from .. import access
from ..bookable_resources import BookableResource
from ..calendar_periods import CalendarPeriod
from ..logic.availability import TimeSpan, day_span
from ..logic.lanes import HourHeading, LanePart, assign_lanes, hour_headings, lane_parts, shown_hours
from ..logic.usage import MeasuredUsage, measure_usage
from ..states import BookingState
from .items import ScheduleItem, schedule_items


@dataclass(frozen=True)
class ScheduleRow:
    """A resource of the schedule with its items in the period, in order."""

    offer: BookableResource
    title: str
    bars: list[ScheduleItem]

    def bars_in(self, span: TimeSpan) -> list[ScheduleItem]:
        return [bar for bar in self.bars if bar.span.overlaps(span)]


@dataclass(frozen=True)
class ScheduleCell:
    """A resource on a day."""

    row: ScheduleRow
    day: date
    bars: list[ScheduleItem]

    @property
    def booked(self) -> int:
        """The number of its bookings."""
        return sum(bar.booking is not None for bar in self.bars)

    @cached_property
    def usage(self) -> MeasuredUsage:
        """The share of the open time that is taken."""
        windows = self.row.offer.rules.day_windows(self.day)
        taken = [(bar.span, bar.part) for bar in self.bars]
        return measure_usage(windows, taken, self.row.offer.opened([self.day]))

    @property
    def rest(self) -> int:
        """The free share of the open time, in per cent."""
        return 100 - self.usage.percent

    @property
    def outside(self) -> bool:
        return any(bar.outside for bar in self.bars)


@dataclass(frozen=True)
class ScheduleLanes:
    """A resource along the hours of a day."""

    row: ScheduleRow
    lanes: list[list[LanePart]]

    @property
    def step(self) -> int:
        """The grid of its bookings, in minutes."""
        return self.row.offer.rules.step // timedelta(minutes=1)


class ScheduleGrid:
    """The schedule of a period for a user. The number of queries is constant."""

    def __init__(self, user, period: CalendarPeriod, *, kind: str = ""):
        self.user, self.period = user, period
        self.language = get_language() or ""
        mine = access.bookable_resources_for(user)
        self.kinds = {one.kind for one in mine}
        self.offers = [one for one in mine if kind in ("", one.kind)]

    @cached_property
    def rows(self) -> list[ScheduleRow]:
        if not self.offers:
            return []
        first, last = day_span(self.period.first, self.zone), day_span(self.period.last, self.zone)
        found = schedule_items(self.user, self.offers, TimeSpan(first.start, last.end))
        return [
            ScheduleRow(offer, offer.texts_in(self.language).title, found[offer.key]) for offer in self.offers
        ]

    @property
    def zone(self):
        return self.offers[0].rules.zone

    # -- one day ---------------------------------------------------------------------------------------------
    @cached_property
    def shown(self) -> TimeSpan:
        """The hours of the first day that are shown."""
        day = day_span(self.period.first, self.zone)
        spans = [bar.span for row in self.rows for bar in row.bars_in(day)]
        spans += [one for offer in self.offers for one in offer.rules.windows(self.period.first)]
        return shown_hours(day, spans, self.zone)

    @property
    def hours(self) -> list[HourHeading]:
        return hour_headings(self.shown, self.zone)

    @property
    def along(self) -> list[ScheduleLanes]:
        """Each resource along these hours; simultaneous items are in different lanes."""
        return [ScheduleLanes(row, self._lanes(row)) for row in self.rows]

    def _lanes(self, row: ScheduleRow) -> list[list[LanePart]]:
        windows = row.offer.rules.windows(self.period.first)
        return [lane_parts(lane, windows, self.shown) for lane in assign_lanes(row.bars_in(self.shown))]

    # -- several days ----------------------------------------------------------------------------------------
    @property
    def table(self) -> list[tuple[ScheduleRow, list[ScheduleCell]]]:
        """Each resource with its days."""
        return [(row, [self._cell(row, day) for day in self.period.days]) for row in self.rows]

    def _cell(self, row: ScheduleRow, day: date) -> ScheduleCell:
        return ScheduleCell(row, day, row.bars_in(day_span(day, self.zone)))

    @property
    def sheet(self) -> list[tuple[date, list[tuple[ScheduleRow, ScheduleItem]]]]:
        """The bookings of each day by start, without holds."""
        return [(day, self._events(day)) for day in self.period.days if self.offers]

    def _events(self, day: date) -> list[tuple[ScheduleRow, ScheduleItem]]:
        span = day_span(day, self.zone)
        found = [(row, bar) for row in self.rows for bar in row.bars_in(span)]
        found = [(row, bar) for row, bar in found if bar.booking and bar.booking.state != BookingState.HELD]
        return sorted(found, key=lambda one: (one[1].span, one[0].title))
