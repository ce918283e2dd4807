"""Price of a booking, as lines of the fee schedule. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from .availability import DAY, OpeningRules, TimeSpan, WeeklyOpening, days_between, local_day

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class PriceLine:
    """A line of a price: an ``entry`` of the fee schedule, counted ``per`` booking, time, hour or day.

    All but ``time`` count every booked piece. It applies on ``days`` of the week (Monday is 0) and within ``hours``, to
    applicants who answered one of ``who``. ``what``: the purpose, "" for the resource itself; its label is
    ``bookable_resources.extra_label``. ``asked``: due only if it was ticked.
    """

    entry: str
    per: str
    days: frozenset[int]
    hours: tuple[time, time] | None = None
    who: frozenset[str] = frozenset()
    deposit: bool = False
    what: str = ""
    asked: bool = False

    def quantity(self, span: TimeSpan, who: str, zone: ZoneInfo) -> Decimal:
        """Return how many times the line is due for a span; 0 if it does not apply."""
        if self.who and who not in self.who:
            return Decimal(0)
        within = list(self._within(span, zone))
        if self.per == "hour":
            length = sum((one.length for one in within), timedelta())
            return (Decimal(length // timedelta(minutes=1)) / 60).quantize(Decimal("0.01"))
        if self.per == "day":
            return Decimal(len(within))
        return Decimal(any(one.start == span.start for one in within))

    def _within(self, span: TimeSpan, zone: ZoneInfo) -> Iterable[TimeSpan]:
        """Yield the parts of a span to which the line applies, one per day."""
        opens, closes = self.hours or (time(0), time(0))
        window = OpeningRules(zone, (WeeklyOpening(self.days, opens, closes),))
        for day in days_between(local_day(span.start, zone) - DAY, local_day(span.end, zone)):
            for one in window.windows(day):
                if one.overlaps(span):
                    yield TimeSpan(max(one.start, span.start), min(one.end, span.end))


@dataclass(frozen=True)
class DueLine:
    """An amount due: ``count`` pieces, each ``times`` an entry of the fee schedule.

    ``per``: what the entry is counted by.
    """

    entry: str
    times: Decimal
    deposit: bool
    what: str = ""
    per: str = ""
    count: int = 1

    @property
    def quantity(self) -> Decimal:
        """The number of times that the entry is due."""
        return self.times * self.count


def due_lines(
    rates: Iterable[PriceLine],
    spans: Iterable[TimeSpan],
    count: int,
    who: str,
    zone: ZoneInfo,
    extras: Collection[str] = (),
) -> list[DueLine]:
    """Return what ``count`` pieces cost at these times, one line for each rate that applies.

    A deposit is due once for all times. ``extras``: those that were ticked.
    """
    spans = list(spans)
    found = []
    for rate in rates:
        if rate.asked and rate.what not in extras:
            continue
        quantities = [rate.quantity(span, who, zone) for span in spans]
        times = max(quantities, default=Decimal(0)) if rate.deposit else sum(quantities)
        pieces = 1 if rate.per == "time" else count
        if times and pieces:
            found.append(DueLine(rate.entry, times, rate.deposit, rate.what, rate.per, pieces))
    return found
