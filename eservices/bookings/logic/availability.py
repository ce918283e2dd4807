"""Availability: from rules and bookings to free times. Pure; ``now`` is passed in.

A *window* is a time in which a resource is open. Days and times of day are in the commune's zone, spans are moments in
UTC: an hour lasts an hour even on the days when the clock changes, and opening hours from 8 to 12 are the same every
day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FARTHEST = timedelta(days=1100)  # how far ahead anything can be booked, regardless of its rules


@dataclass(frozen=True, order=True)
class TimeSpan:
    """A time from a moment to a later one, the later not included."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "TimeSpan":
        return cls(start.astimezone(UTC), end.astimezone(UTC))

    @classmethod
    def over(cls, spans: Iterable["TimeSpan"]) -> "TimeSpan":
        """Return the span from the first start to the last end."""
        spans = list(spans)
        return cls(min(one.start for one in spans), max(one.end for one in spans))

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, other: "TimeSpan") -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: "TimeSpan") -> bool:
        return self.start <= other.start and other.end <= self.end

    def widened(self, before: timedelta, after: timedelta) -> "TimeSpan":
        return TimeSpan(self.start - before, self.end + after)


# -- Clock ---------------------------------------------------------------------------------------------------
def is_existing_time(day: date, at: time, zone: ZoneInfo) -> bool:
    """Return whether this time exists on this day; False in the hour that is skipped in spring."""
    there = datetime.combine(day, at, zone)
    return there.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == there.replace(tzinfo=None)


def to_utc(day: date, at: time, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """Return the moment in UTC. An ambiguous time is the first, or the ``later``; a skipped one an hour later."""
    there = datetime.combine(day, at, zone)
    if later and is_existing_time(day, at, zone):
        there = there.replace(fold=1)
    return there.astimezone(UTC)


def is_ambiguous_time(at: datetime) -> bool:
    """Return whether ``at`` occurs twice in its zone, as in the hour that is repeated in autumn."""
    first, second = (at.replace(fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second


def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def day_span(day: date, zone: ZoneInfo) -> TimeSpan:
    """Return the day from midnight to midnight, local time."""
    return TimeSpan(to_utc(day, time(0), zone), to_utc(day + DAY, time(0), zone))


def repeat_weekly(span: TimeSpan, weeks: int, until: date, zone: ZoneInfo) -> list[TimeSpan]:
    """Repeat a span every ``weeks`` weeks at the same time of day.

    Includes the first. Ends with the day ``until``. Times skipped by the clock change are left out.
    """
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    found = [span] if start.date() <= until else []
    for day in range(7 * weeks, (until - start.date()).days + 1, 7 * weeks):
        ends = [at.replace(tzinfo=None, fold=0) + day * DAY for at in (start, end)]
        if all(is_existing_time(at.date(), at.time(), zone) for at in ends):
            found.append(TimeSpan(*(to_utc(at.date(), at.time(), zone) for at in ends)))
    return found


# -- Rules ---------------------------------------------------------------------------------------------------
class SchoolHolidayRule(StrEnum):
    """The relation of an opening to the school holidays."""

    ALWAYS = ""
    TERM = "term"
    HOLIDAYS = "holidays"


@dataclass(frozen=True)
class WeeklyOpening:
    """Opening hours on weekdays (Monday is 0).

    If ``closes`` is not after ``opens``, it is on the next day. Valid from ``first`` to ``last``, and every year from
    ``season[0]`` to ``season[1]``: (month, day) each, all of them included. ``count``: how many pieces of each unit are
    open, from the first on; None for all.
    """

    days: frozenset[int]
    opens: time
    closes: time
    first: date | None = None
    last: date | None = None
    season: tuple[tuple[int, int], tuple[int, int]] | None = None
    school: SchoolHolidayRule = SchoolHolidayRule.ALWAYS
    count: int | None = None

    def holds(self, day: date, school_off: Container[date]) -> bool:
        return (
            day.weekday() in self.days
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
            and self._in_season((day.month, day.day))
            and (not self.school or (self.school == SchoolHolidayRule.HOLIDAYS) == (day in school_off))
        )

    def _in_season(self, day: tuple[int, int]) -> bool:
        if self.season is None:
            return True
        first, last = self.season
        return first <= day <= last if first <= last else day >= first or day <= last


@dataclass(frozen=True)
class SpecialOpening:
    """Exceptional hours from a day to another; closed without hours. They override holidays too."""

    first: date
    last: date
    hours: tuple[time, time] | None = None
    count: int | None = None


@dataclass(frozen=True)
class OfficeHours:
    """Opening hours of the office where appointments take place: (weekday or day, opens, closes) each.

    ``exceptions`` replace the weekly hours of a day, also during ``closures`` (first and last day) and on days off.
    """

    weekly: tuple[tuple[int, time, time], ...]
    exceptions: tuple[tuple[date, time, time], ...] = ()
    closures: tuple[tuple[date, date], ...] = ()
    days_off: Container[date] = frozenset()

    def hours(self, day: date) -> list[tuple[time, time]]:
        """Return the opening and closing times of a day."""
        if own := [hours for exception, *hours in self.exceptions if exception == day]:
            return [(opens, closes) for opens, closes in own]
        if day in self.days_off or any(first <= day <= last for first, last in self.closures):
            return []
        return [(opens, closes) for weekday, opens, closes in self.weekly if weekday == day.weekday()]


@dataclass(frozen=True)
class OpeningRules:
    """Opening hours of a resource and limits for its bookings.

    ``lead``: minimum time before the start; ``horizon``: how far ahead. ``step``: the grid for starts, counted from the
    opening on, and for lengths, counted from the shortest on. ``whole``: only whole windows. ``across``: bookings may
    extend over closed hours, as for a weekend. ``before`` and ``after``: buffers that stay free. ``office``: weekly
    openings count only within its hours; special openings count as they are.
    """

    zone: ZoneInfo
    weekly: tuple[WeeklyOpening, ...] = ()
    specials: tuple[SpecialOpening, ...] = ()
    days_off: Container[date] = frozenset()
    school_off: Container[date] = frozenset()
    lead: timedelta = timedelta()
    horizon: timedelta = timedelta(days=365)
    step: timedelta = timedelta(minutes=30)
    shortest: timedelta = timedelta(minutes=30)
    longest: timedelta | None = None
    whole: bool = False
    across: bool = False
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    office: OfficeHours | None = None

    def windows(self, day: date) -> list[TimeSpan]:
        """Return the windows that open on a day, in order; a window belongs to the day on which it opens."""
        return sorted(window for window, _count in self.counted_windows(day))

    def counted_windows(self, day: date) -> list[tuple[TimeSpan, int | None]]:
        """Return the same in any order, each with the number of open pieces; None for all."""
        special = next((one for one in reversed(self.specials) if one.first <= day <= one.last), None)
        if special:
            hours = [(*special.hours, special.count)] if special.hours else []
        elif day in self.days_off:
            hours = []
        else:
            weekly = (one for one in self.weekly if one.holds(day, self.school_off))
            hours = [(one.opens, one.closes, one.count) for one in weekly]
        found = ((self._window(day, opens, closes), count) for opens, closes, count in hours)
        return [
            (part, count)
            for window, count in found
            if window
            for part in ([window] if special else self._within_office(day, window))
        ]

    @property
    def hours_outside_office(self) -> list[tuple[int, time, time]]:
        """Return weekday, opening and closing of the weekly hours that are partly outside those of the office."""
        office = self.office.weekly if self.office else ()
        return [
            (day, one.opens, one.closes)
            for one in (self.weekly if office else ())
            for day in sorted(one.days)
            if not any(
                day == at and opens <= one.opens and one.closes <= closes for at, opens, closes in office
            )
        ]

    def _within_office(self, day: date, window: TimeSpan) -> list[TimeSpan]:
        """Return the parts of a window in which the office is open; the window itself without an office."""
        if self.office is None:
            return [window]
        there = merge_spans(filter(None, (self._window(day, *hours) for hours in self.office.hours(day))))
        parts = [(max(window.start, one.start), min(window.end, one.end)) for one in there]
        return [TimeSpan(start, end) for start, end in parts if start < end]

    @cached_property
    def counts(self) -> bool:
        """True if there are hours in which not all pieces are open."""
        counts = [one.count for one in self.weekly] + [one.count for one in self.specials]
        return any(count is not None for count in counts)

    def pieces_open(self, span: TimeSpan) -> int | None:
        """Return how many pieces are open throughout; None for all. Closed hours within the span do not count.

        Of overlapping openings the one with more pieces counts.
        """
        if not self.counts:
            return None
        zone, found = self.zone, []
        for day in days_between(local_day(span.start, zone) - DAY, local_day(span.end, zone)):
            if day not in self._known:
                self._known[day] = self.counted_windows(day)
            found += [one for one in self._known[day] if one[0].overlaps(span)]
        return _fewest_open_pieces(found, span)

    @cached_property
    def _known(self) -> dict[date, list[tuple[TimeSpan, int | None]]]:
        """The windows by day, because every time of a day needs them."""
        return {}

    def _window(self, day: date, opens: time, closes: time) -> TimeSpan | None:
        last = day + DAY if closes <= opens else day
        window = TimeSpan(to_utc(day, opens, self.zone), to_utc(last, closes, self.zone, later=True))
        return window if window.start < window.end else None

    def around(self, span: TimeSpan) -> TimeSpan:
        """Return the span with its buffers, all of which must be free."""
        return span.widened(self.before, self.after)

    def day_windows(self, day: date) -> list[TimeSpan]:
        """Return the windows of a day. Adjoining windows are merged, unless only whole ones can be booked."""
        return self.windows(day) if self.whole else merge_spans(self.windows(day))

    def open_spans(self, first: date, last: date) -> list[TimeSpan]:
        """Return the windows of these days and the day before, merged as in ``day_windows``."""
        found = [window for day in days_between(first - DAY, last) for window in self.windows(day)]
        return found if self.whole else merge_spans(found)


def shortest_bookable(rules: OpeningRules, length: timedelta | None) -> timedelta | None:
    """Return the shortest bookable length of at least ``length``; None if there is none.

    Whole openings have no choice of length.
    """
    if length is None or length <= rules.shortest or rules.whole:
        return rules.shortest
    found = rules.shortest - (rules.shortest - length) // rules.step * rules.step  # rounded up
    return None if rules.longest and found > rules.longest else found


def open_length(windows: Iterable[tuple[TimeSpan, int | None]], pieces: int) -> timedelta:
    """Return how long it is open. Hours in which some of ``pieces`` are open count in proportion."""
    open_windows, total = list(windows), timedelta()
    edges = sorted({at for one, _count in open_windows for at in (one.start, one.end)})
    for start, end in pairwise(edges):
        there = [count for one, count in open_windows if one.start <= start < one.end]
        counts = [count for count in there if count is not None]
        if there:
            total += (end - start) * (1 if len(counts) < len(there) else min(max(counts), pieces) / pieces)
    return total


def _fewest_open_pieces(windows: list[tuple[TimeSpan, int | None]], span: TimeSpan) -> int | None:
    """Return the smallest number of open pieces at any open moment of ``span``; None if all are always open."""
    edges = {span.start} | {at for one, _count in windows for at in (one.start, one.end)}
    least = None
    for at in (one for one in edges if span.start <= one < span.end):
        there = [count for one, count in windows if one.start <= at < one.end]
        counts = [count for count in there if count is not None]
        if there and len(counts) == len(there):
            least = max(counts) if least is None else min(least, max(counts))
    return least


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from ``first`` to ``last``, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def merge_spans(spans: Iterable[TimeSpan]) -> list[TimeSpan]:
    """Merge overlapping and adjoining spans."""
    found: list[TimeSpan] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = TimeSpan(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


# -- Refusals ------------------------------------------------------------------------------------------------
class RefusalReason(StrEnum):
    ORDER = "order"
    PAST = "past"
    LEAD = "lead"
    HORIZON = "horizon"
    SHORT = "short"
    LONG = "long"
    CLOSED = "closed"
    STEP = "step"
    TAKEN = "taken"
    PROMISED = "promised"
    CHANGED = "changed"


def refusal_reason(rules: OpeningRules, span: TimeSpan, now: datetime) -> RefusalReason | None:
    """Return why the rules forbid this time; None if they allow it. Bookings are not considered."""
    if span.start >= span.end:
        return RefusalReason.ORDER
    return lead_time_refusal(rules, span, now) or _opening_refusal(rules, span)


def lead_time_refusal(rules: OpeningRules, span: TimeSpan, now: datetime) -> RefusalReason | None:
    """Return the reason if it is too late or too early to book; else None.

    A whole opening without lead time, such as a day pass, can be booked until it ends.
    """
    if (span.end <= now) if rules.whole else (span.start < now):
        return RefusalReason.PAST
    if rules.lead and span.start < now + rules.lead:
        return RefusalReason.LEAD
    return is_beyond_horizon(span, now, rules.horizon)


def is_beyond_horizon(span: TimeSpan, now: datetime, horizon: timedelta = FARTHEST) -> RefusalReason | None:
    """Return HORIZON if it starts too far ahead. The default limit also applies to staff."""
    return RefusalReason.HORIZON if span.start > now + horizon else None


def _opening_refusal(rules: OpeningRules, span: TimeSpan) -> RefusalReason | None:
    first = local_day(span.start, rules.zone)
    if rules.whole:
        return None if span in rules.open_spans(first, first) else RefusalReason.CLOSED
    if span.length < rules.shortest:
        return RefusalReason.SHORT
    if rules.longest and span.length > rules.longest:
        return RefusalReason.LONG
    window = next((one for one in rules.open_spans(first, first) if one.start <= span.start < one.end), None)
    if window is None or not (span.end <= window.end or (rules.across and _is_open(rules, span.end))):
        return RefusalReason.CLOSED
    if not _on_grid(rules, span.start) or (span.length - rules.shortest) % rules.step:
        return RefusalReason.STEP
    return None


def is_within_openings(rules: OpeningRules, span: TimeSpan) -> bool:
    """Return whether it is open throughout, regardless of lengths and steps.

    With ``across`` only the ends must be open.
    """
    windows = rules.open_spans(local_day(span.start, rules.zone), local_day(span.end, rules.zone))
    return any(one.contains(span) for one in windows) or (
        rules.across and _is_open(rules, span.start) and _is_open(rules, span.end)
    )


def _on_grid(rules: OpeningRules, start: datetime) -> bool:
    """Return whether the start is a whole number of steps after an opening of the day or the day before."""
    day = local_day(start, rules.zone)
    windows = [*rules.day_windows(day - DAY), *rules.day_windows(day)]
    return any(one.start <= start < one.end and not (start - one.start) % rules.step for one in windows)


def _is_open(rules: OpeningRules, at: datetime) -> bool:
    day = local_day(at, rules.zone)
    return any(one.start <= at <= one.end for one in rules.open_spans(day, day))


# -- Occupation ----------------------------------------------------------------------------------------------
type Needs = Mapping[int, int]  # unit → how many of it


class Occupation:
    """The taken pieces of some units. A booking has the same piece for its whole time.

    ``quantities``: number of pieces of each unit; ``taken``: unit, number from 1 on, and span, never overlapping;
    ``blocked``: unit and span in which none of it is available. ``stays``: the spans of ``taken`` without buffers, for
    the pieces for which they are known.

    A booking on a number beyond those available, from when there were more, counts against the others: the number of
    free pieces is reduced by the largest number of such bookings at one moment, buffers not counted. A time that begins
    with more pieces and ends with fewer is judged by the fewer throughout: sometimes too careful, never too many.
    """

    def __init__(
        self,
        quantities: Mapping[int, int],
        taken: Iterable[tuple[int, int, TimeSpan]] = (),
        blocked: Iterable[tuple[int, TimeSpan]] = (),
        stays: Iterable[tuple[int, int, TimeSpan]] = (),
    ) -> None:
        self.quantities = quantities
        self._taken, self._stays = _by_piece(taken), _by_piece(stays)
        self._last: dict[int, int] = {}  # the highest taken number of each unit
        for unit, number in self._taken:
            self._last[unit] = max(number, self._last.get(unit, 0))
        self._blocked: dict[int, list[TimeSpan]] = {}
        for unit, span in blocked:
            self._blocked.setdefault(unit, []).append(span)

    def free(self, unit: int, span: TimeSpan, most: int | None = None) -> Iterator[int]:
        """Yield the numbers of the free pieces among the first ``most``, ignoring bookings beyond them."""
        if any(span.overlaps(one) for one in self._blocked.get(unit, ())):
            return
        for number in range(1, self._available_pieces(unit, most) + 1):
            if self._is_free(unit, number, span):
                yield number

    def choice(
        self, needs: Needs, span: TimeSpan, most: int | None = None, stay: TimeSpan | None = None
    ) -> dict[int, list[int]] | None:
        """Choose pieces of each unit among the first ``most``. Return None if there are not enough.

        ``stay``: the span without its buffers.
        """
        chosen: dict[int, list[int]] = {}
        for unit, wanted in needs.items():
            enough = wanted + self._max_bookings_beyond(unit, stay or span, most)
            found = list(islice(self.free(unit, span, most), enough))
            if len(found) < enough:
                return None
            chosen[unit] = found[:wanted]
        return chosen

    def take(self, unit: int, number: int, span: TimeSpan) -> None:
        """Mark a free piece as taken in this span."""
        piece = unit, number
        for starts, ends in filter(None, (self._taken.setdefault(piece, ([], [])), self._stays.get(piece))):
            place = bisect_left(starts, span.start)
            starts.insert(place, span.start)
            ends.insert(place, span.end)
        self._last[unit] = max(number, self._last.get(unit, 0))

    def _available_pieces(self, unit: int, most: int | None) -> int:
        there = self.quantities.get(unit, 0)
        return there if most is None else min(there, most)

    def _max_bookings_beyond(self, unit: int, span: TimeSpan, most: int | None) -> int:
        """Return the largest number of bookings beyond the first ``most`` at one moment of the span."""
        numbers = range(self._available_pieces(unit, most) + 1, self._last.get(unit, 0) + 1)
        found = [one for number in numbers for one in self._taken_times(unit, number, span)]
        if len(found) < 2:
            return len(found)
        # the maximum is reached when one of them begins
        begins = (max(start, span.start) for start, _end in found)
        return max(sum(start <= at < end for start, end in found) for at in begins)

    def _taken_times(self, unit: int, number: int, span: TimeSpan) -> list[tuple[datetime, datetime]]:
        """Return when the piece is taken within the span, without buffers if they are known."""
        piece = unit, number
        starts, ends = self._stays.get(piece) or self._taken.get(piece, ([], []))
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end)
        return list(zip(starts[first:last], ends[first:last], strict=True))

    def _is_free(self, unit: int, number: int, span: TimeSpan) -> bool:
        taken = self._taken.get((unit, number))
        return taken is None or _is_gap(*taken, span)


def _by_piece(
    taken: Iterable[tuple[int, int, TimeSpan]],
) -> dict[tuple[int, int], tuple[list[Any], list[Any]]]:
    spans: dict[tuple[int, int], list[TimeSpan]] = {}
    for unit, number, span in taken:
        spans.setdefault((unit, number), []).append(span)
    return {piece: _ends_by_start(found) for piece, found in spans.items()}


def _ends_by_start(spans: list[TimeSpan]) -> tuple[list[datetime], list[datetime]]:
    """Sort spans that never overlap, and return their starts and ends."""
    spans.sort(key=lambda one: one.start)
    return [one.start for one in spans], [one.end for one in spans]


def _is_gap(starts: list[datetime], ends: list[datetime], wanted: TimeSpan) -> bool:
    """Return whether ``wanted`` overlaps nothing taken."""
    place = bisect_left(starts, wanted.end)
    return place == 0 or ends[place - 1] <= wanted.start


# -- Free times ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class TimeSlot:
    """A time that the rules allow, and whether it is free."""

    span: TimeSpan
    free: bool


class DayState(StrEnum):
    """The availability of a day."""

    FREE = "free"
    PARTLY = "partly"
    BUSY = "busy"
    CLOSED = "closed"


@dataclass(frozen=True)
class AvailabilityCalendar:
    """The availability of one resource."""

    rules: OpeningRules
    occupation: Occupation
    needs: Needs
    now: datetime

    def slots(self, day: date, length: timedelta | None = None) -> list[TimeSlot]:
        """Return the times that start on a day, in order, each of ``length`` or else of the shortest allowed length."""
        return [
            TimeSlot(span, self.is_free(span))
            for span in self._candidates(day, length or self.rules.shortest)
            if lead_time_refusal(self.rules, span, self.now) is None
        ]

    def _candidates(self, day: date, length: timedelta) -> Iterator[TimeSpan]:
        for window in self.rules.day_windows(day):
            if self.rules.whole:
                yield window
                continue
            start = window.start
            while start + length <= window.end:
                yield TimeSpan(start, start + length)
                start += self.rules.step

    def ends(self, start: datetime) -> list[datetime]:
        """Return the possible ends for this start, earliest first.

        A booking that may extend over closed hours ends in open ones, also of following days, at most a week later.
        """
        day = local_day(start, self.rules.zone)
        window = next((one for one in self.rules.open_spans(day, day) if one.start <= start < one.end), None)
        if window is None:
            return []
        latest = start + WEEK if self.rules.across else window.end
        if self.rules.longest:
            latest = min(latest, start + self.rules.longest)
        opened = self.rules.open_spans(day, local_day(latest, self.rules.zone))
        found, end = [], start + self.rules.shortest
        while end <= latest and self.is_free(TimeSpan(start, end)):
            if any(one.start <= end <= one.end for one in opened):
                found.append(end)
            end += self.rules.step
        return found

    def is_free(self, span: TimeSpan) -> bool:
        return self.choice(span) is not None

    def choice(self, span: TimeSpan) -> dict[int, list[int]] | None:
        """Choose pieces to book among those open in the span. Return None if there are not enough."""
        around, most = self.rules.around(span), self.rules.pieces_open(span)
        return self.occupation.choice(self.needs, around, most, stay=span)

    def nearest(self, span: TimeSpan, within: timedelta) -> TimeSpan | None:
        """Find the nearest free time of the same length on the same day, at most ``within`` earlier or later."""
        slots = self.slots(local_day(span.start, self.rules.zone), span.length)
        alike = (one.span for one in slots if one.free and one.span.length == span.length)
        near = (one for one in alike if abs(one.start - span.start) <= within)
        free = [one for one in near if not self.refusal(one)]
        return min(free, key=lambda one: abs(one.start - span.start), default=None)

    def refusal(self, span: TimeSpan) -> RefusalReason | None:
        """Return why it cannot be booked: a rule, or TAKEN; None if it can."""
        return refusal_reason(self.rules, span, self.now) or (
            None if self.is_free(span) else RefusalReason.TAKEN
        )

    def state(self, day: date) -> DayState:
        slots = self.slots(day)
        if not slots:
            return DayState.CLOSED
        free = sum(slot.free for slot in slots)
        return DayState.FREE if free == len(slots) else DayState.PARTLY if free else DayState.BUSY

    def month(self, year: int, month: int) -> dict[date, DayState]:
        """Return the state of every day of a month."""
        first = date(year, month, 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        return {day: self.state(day) for day in days_between(first, following - DAY)}

    @cached_property
    def horizon(self) -> date:
        """The last day that can be booked."""
        return local_day(self.now + self.rules.horizon, self.rules.zone)
