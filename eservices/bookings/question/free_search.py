"""Search for a free resource: “a room for 30 people on a Saturday in May”."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..bookable_resources import BookableResource, days_span, occupied_pieces
from ..logic.availability import DAY, AvailabilityCalendar, TimeSpan, days_between, shortest_bookable


@dataclass(frozen=True)
class SearchRequest:
    """A search in a month, given by its first day; optionally by people, weekday (Monday is 0) and length."""

    month: date
    people: int | None = None
    weekday: int | None = None
    length: timedelta | None = None

    @property
    def days(self) -> list[date]:
        last = date(self.month.year + self.month.month // 12, self.month.month % 12 + 1, 1) - DAY
        return [day for day in days_between(self.month, last) if self.weekday in (None, day.weekday())]


@dataclass(frozen=True)
class SearchResult:
    """A resource that is free on a day: its first free time, and how many there are."""

    offer: BookableResource
    day: date
    first: TimeSpan
    times: int


def find_free_resources(
    offers: Iterable[BookableResource], wish: SearchRequest, now: datetime
) -> list[SearchResult]:
    """Find resources that are large enough and free, by day; the best fit of each day first.

    Takes three queries for any search. Resources without capacity are left out if the number of people is given.
    """
    wanted = [one for one in offers if wish.people is None or (one.capacity or 0) >= wish.people]
    if not wanted or not wish.days:
        return []
    taken = occupied_pieces(wanted, days_span(wish.days[0], wish.days[-1], wanted[0].rules.zone))
    found = []
    for offer in sorted(wanted, key=lambda one: one.capacity or 0):
        calendar = AvailabilityCalendar(offer.rules, taken, offer.quantities_for(1), now)
        length = shortest_bookable(offer.rules, wish.length)
        for day in wish.days if length else ():
            slots = (
                slot for slot in calendar.slots(day, length) if slot.span.length >= (wish.length or length)
            )
            free = [slot.span for slot in slots if slot.free]
            if free:
                found.append(SearchResult(offer, day, free[0], len(free)))
    return sorted(found, key=lambda one: one.day)
