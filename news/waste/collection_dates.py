"""The waste calendar as rules only: no database, no request; the day is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID


@dataclass(frozen=True)
class CollectionSeries:
    """A collection that comes every so many weeks, but for the days that were moved or fall out."""

    title: str
    first_on: date
    weeks: int
    out_before: time
    last_on: date | None = None
    moved: tuple[tuple[date, date | None], ...] = ()  # from a day to another, or to none
    district: UUID | None = None  # everywhere where None
    place: str = ""

    def comes_on(self, day: date) -> bool:
        """Whether it is collected on ``day``."""
        if any(instead == day for _usual, instead in self.moved):
            return True
        if day < self.first_on or (self.last_on and day > self.last_on):
            return False
        usual = (day - self.first_on) % timedelta(weeks=self.weeks) == timedelta()
        return usual and not any(moved == day for moved, _instead in self.moved)


def series_for_district(rounds: Iterable[CollectionSeries], district: UUID | None) -> list[CollectionSeries]:
    """Those of a district, with those that come everywhere; all of them where none is named."""
    return [one for one in rounds if district is None or one.district in (None, district)]


def collections_by_day(
    rounds: Iterable[CollectionSeries], first: date, days: int
) -> list[tuple[date, list[CollectionSeries]]]:
    """What is collected on each day from ``first`` on, for so many days; days without anything are left out."""
    rounds = list(rounds)
    ahead = (first + timedelta(days=number) for number in range(days))
    found = ((day, [one for one in rounds if one.comes_on(day)]) for day in ahead)
    return [(day, some) for day, some in found if some]
