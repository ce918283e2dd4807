"""Public calendar of a room: when it is taken, and the purpose of public bookings; otherwise “busy” and no more."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import get_language

from .. import access, time_text
from ..bookable_resources import BookableResource, bookable_resources, promised_pieces
from ..calendar_periods import CalendarPeriod
from ..logic.availability import DayState, TimeSpan, day_span, merge_spans
from ..logic.usage import measure_usage
from ..models import BlockedTime, Booking
from ..question.picker import MARKS, STATES
from ..states import BookingState

SHOWN_STATES = (BookingState.CONFIRMED, BookingState.HANDED_OVER, BookingState.RETURNED)


@dataclass(frozen=True, order=True)
class TakenTime:
    """A time in which a room, or a part of it, is taken. Without a title: busy."""

    span: TimeSpan
    title: str = ""


@dataclass(frozen=True)
class RoomDay:
    """A day of a room, with its taken times."""

    day: date
    state: DayState
    entries: list[TakenTime]
    midnight: TimeSpan

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The hours within the day and the title of each entry."""
        return [
            (
                time_text.format_hours(
                    TimeSpan(max(one.span.start, self.midnight.start), min(one.span.end, self.midnight.end))
                ),
                one.title,
            )
            for one in self.entries
        ]

    @property
    def titles(self) -> list[str]:
        return [one.title for one in self.entries if one.title]


class RoomCalendar:
    """The days of a period of a room.

    Takes three queries, however much is booked, and two more if there are waiting entries.
    """

    def __init__(self, offer: BookableResource, period: CalendarPeriod):
        self.offer, self.period, self.zone = offer, period, offer.rules.zone
        self.language = get_language() or ""

    @property
    def span(self) -> TimeSpan:
        first, last = (day_span(day, self.zone) for day in (self.period.first, self.period.last))
        return TimeSpan(first.start, last.end)

    @cached_property
    def entries(self) -> list[TakenTime]:
        """The public bookings one by one.

        Busy times between them are merged, so that they reveal nothing of anybody.
        """
        span = self.span
        booked = list(access.bookings_sharing_units([self.offer]).overlapping(span.start, span.end))
        blocked = BlockedTime.objects.overlapping(self.offer.needs, span.start, span.end)
        public = [one for one in booked if is_public(one)]
        busy = [one.span for one in booked if not is_public(one)]
        busy += [TimeSpan(*ends) for ends in blocked.values_list("starts_at", "ends_at")]
        busy += [one.time for one in promised_pieces([self.offer], span) if one.unit in self.offer.needs]
        return sorted([*map(self._event, public), *map(TakenTime, merge_spans(busy))])

    def _event(self, booking: Booking) -> TakenTime:
        """Return the entry of a public booking, with the room's title if it is another room with the same units."""
        span, other = booking.span, self._titles_of_other_rooms.get(booking.resource_id)
        return TakenTime(span, f"{booking.title} ({other})" if other else booking.title)

    @cached_property
    def _titles_of_other_rooms(self) -> dict[int, str]:
        known = (one for one in bookable_resources().values() if one is not self.offer)
        return {one.pk: one.texts_in(self.language).title for one in known}

    @cached_property
    def days(self) -> list[RoomDay]:
        return [self._day(day) for day in self.period.days]

    def _day(self, day: date) -> RoomDay:
        span = day_span(day, self.zone)
        entries = [one for one in self.entries if one.span.overlaps(span)]
        windows = self.offer.rules.day_windows(day)
        return RoomDay(day, day_state(windows, [one.span for one in entries]), entries, span)

    @property
    def weeks(self) -> list[list[RoomDay | None]]:
        """The days in weeks, Monday first; None for days of another month."""
        by_day = {one.day: one for one in self.days}
        return [[by_day.get(day) for day in week] for week in self.period.weeks]


def is_public(booking: Booking) -> bool:
    """Return whether everybody may read the booking's title. Not before it is confirmed."""
    return booking.public and bool(booking.title) and booking.state in SHOWN_STATES


def day_state(windows: list[TimeSpan], taken: list[TimeSpan]) -> DayState:
    """Return how much of a day is free."""
    if not windows:
        return DayState.CLOSED
    share = measure_usage(windows, [(span, 1.0) for span in merge_spans(taken)]).share
    return DayState.FREE if not share else DayState.BUSY if share == 1 else DayState.PARTLY
