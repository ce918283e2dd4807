"""Rules of the waste calendar. Pure: no database, no request; the day is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID


@dataclass(frozen=True)
class CollectionSeries:
    """A collection that recurs every so many weeks, except for moved or cancelled dates."""

    title: str
    first_on: date
    weeks: int
    out_before: time
    last_on: date | None = None
    moved: tuple[tuple[date, date | None], ...] = ()  # from one day to another; None if cancelled
    district: UUID | None = None  # None for all districts
    place: str = ""

    def comes_on(self, day: date) -> bool:
        """Return whether it is collected on ``day``."""
        if any(instead == day for _usual, instead in self.moved):
            return True
        if day < self.first_on or (self.last_on and day > self.last_on):
            return False
        usual = (day - self.first_on) % timedelta(weeks=self.weeks) == timedelta()
        return usual and not any(moved == day for moved, _instead in self.moved)


def series_for_district(rounds: Iterable[CollectionSeries], district: UUID | None) -> list[CollectionSeries]:
    """Return the collections of a district and those of all districts; everything if ``district`` is None."""
    return [one for one in rounds if district is None or one.district in (None, district)]


def collections_by_day(
    rounds: Iterable[CollectionSeries], first: date, days: int
) -> list[tuple[date, list[CollectionSeries]]]:
    """Return the collections of each day from ``first``, for ``days`` days. Days without any are left out."""
    rounds = list(rounds)
    ahead = (first + timedelta(days=number) for number in range(days))
    found = ((day, [one for one in rounds if one.comes_on(day)]) for day in ahead)
    return [(day, some) for day, some in found if some]
