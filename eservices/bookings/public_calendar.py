"""What everybody sees of a room: when it is taken, and what for where that is public; else “busy” and no more."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import get_language

from . import access, words
from .availability import Span, State, day_span, joined
from .models import BlockedTime, Booking
from .offers import Offer, offers, promises
from .periods import Period
from .picker import MARKS, STATES
from .states import State as BookingState
from .usage import usage

SHOWN = (BookingState.CONFIRMED, BookingState.HANDED_OVER, BookingState.RETURNED)


@dataclass(frozen=True, order=True)
class Entry:
    """A time in which a room, or a part of it, is taken. Without a title: busy."""

    span: Span
    title: str = ""


@dataclass(frozen=True)
class Day:
    """A day of a room, with what takes it then."""

    day: date
    state: State
    entries: list[Entry]
    midnight: Span

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """From when to when within the day, and what."""
        return [
            (
                words.hours(
                    Span(max(one.span.start, self.midnight.start), min(one.span.end, self.midnight.end))
                ),
                one.title,
            )
            for one in self.entries
        ]

    @property
    def titles(self) -> list[str]:
        return [one.title for one in self.entries if one.title]


class RoomCalendar:
    """The days of a period of a room. Three queries, whatever is booked, and two more where somebody waits."""

    def __init__(self, offer: Offer, period: Period):
        self.offer, self.period, self.zone = offer, period, offer.rules.zone
        self.language = get_language() or ""

    @property
    def span(self) -> Span:
        first, last = (day_span(day, self.zone) for day in (self.period.first, self.period.last))
        return Span(first.start, last.end)

    @cached_property
    def entries(self) -> list[Entry]:
        """What is public one by one, and the busy times between joined, so that they tell of nobody."""
        span = self.span
        booked = list(access.taking([self.offer]).overlapping(span.start, span.end))
        blocked = BlockedTime.objects.overlapping(self.offer.needs, span.start, span.end)
        public = [one for one in booked if is_public(one)]
        busy = [one.span for one in booked if not is_public(one)]
        busy += [Span(*ends) for ends in blocked.values_list("starts_at", "ends_at")]
        busy += [one.time for one in promises([self.offer], span) if one.unit in self.offer.needs]
        return sorted([*map(self._event, public), *map(Entry, joined(busy))])

    def _event(self, booking: Booking) -> Entry:
        """A public event; with its room where another is booked that takes the same."""
        span, other = booking.span, self._others.get(booking.resource_id)
        return Entry(span, f"{booking.title} ({other})" if other else booking.title)

    @cached_property
    def _others(self) -> dict[int, str]:
        known = (one for one in offers().values() if one is not self.offer)
        return {one.pk: one.said(self.language).title for one in known}

    @cached_property
    def days(self) -> list[Day]:
        return [self._day(day) for day in self.period.days]

    def _day(self, day: date) -> Day:
        span = day_span(day, self.zone)
        entries = [one for one in self.entries if one.span.overlaps(span)]
        windows = self.offer.rules.day_windows(day)
        return Day(day, state_of(windows, [one.span for one in entries]), entries, span)

    @property
    def weeks(self) -> list[list[Day | None]]:
        """The days in weeks, Monday first; None for days of another month."""
        by_day = {one.day: one for one in self.days}
        return [[by_day.get(day) for day in week] for week in self.period.weeks]


def is_public(booking: Booking) -> bool:
    """Whether everybody reads what it is for; nothing before it is agreed."""
    return booking.public and bool(booking.title) and booking.state in SHOWN


def state_of(windows: list[Span], taken: list[Span]) -> State:
    """How a day stands for who looks for a free time."""
    if not windows:
        return State.CLOSED
    share = usage(windows, [(span, 1.0) for span in joined(taken)]).share
    return State.FREE if not share else State.BUSY if share == 1 else State.PARTLY
