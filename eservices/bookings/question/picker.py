"""Calendar of a booking question: month, week and list, complete without JavaScript."""

import calendar as weeks
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from home.localization.dates import date_format
from home.localization.times import format_time

from .. import time_text
from ..bookable_resources import (
    EVERY_DAY,
    BookableResource,
    ResourceTexts,
    availability_calendar,
    days_span,
    extra_label,
)
from ..logic.availability import (
    DAY,
    FARTHEST,
    WEEK,
    AvailabilityCalendar,
    DayState,
    OpeningRules,
    TimeSlot,
    TimeSpan,
    day_span,
    days_between,
    local_day,
    merge_spans,
)
from ..logic.pricing import HOUR, PriceLine
from ..models import Resource
from .answers import parse_moment, parse_series, selected_extras, time_key, to_local_time
from .fee_lines import Cost, Tariff, shortest_times
from .free_search import SearchRequest, SearchResult, find_free_resources

VIEWS = {"month": _("Month"), "week": _("Week"), "list": _("List")}
# number of free times after which a list ends with the day, or of days with some
LISTED, LISTED_DAYS = 40, 14
WEEKS = 28 * DAY  # how far ahead a list searches
OPEN = (DayState.FREE, DayState.PARTLY)
MAX_MONTHS, MAX_SEARCH_RESULTS = 24, 30  # of a search
LENGTHS = ("60", "120", "180", "240", "360", "480", "720")  # minutes, of a search
STATES = {
    DayState.FREE: pgettext_lazy("day", "free"),
    DayState.PARTLY: pgettext_lazy("day", "partly free"),
    DayState.BUSY: pgettext_lazy("day", "busy"),
    DayState.CLOSED: pgettext_lazy("day", "closed"),
}
MARKS = {DayState.FREE: "", DayState.PARTLY: "half", DayState.BUSY: "full", DayState.CLOSED: "shut"}
PER = {
    "booking": "",
    "time": "",
    "hour": pgettext_lazy("a price", "per hour"),
    "day": pgettext_lazy("a price", "per day"),
}
MINUTES = 24 * 60  # length of the bar of a day
MONDAY = date(2024, 1, 1)


@dataclass(frozen=True)
class PickerDay:
    """A day of the calendar."""

    day: date
    state: DayState
    chosen: bool
    waits: bool = False  # whether there is a waiting list for taken times

    @property
    def label(self) -> str:
        return STATES[self.state]

    @property
    def mark(self) -> str:
        return MARKS[self.state]

    @property
    def open(self) -> bool:
        """True if the day can be selected."""
        return self.state in OPEN or (self.waits and self.state == DayState.BUSY)


@dataclass(frozen=True)
class TimeChoice:
    """A free time to tick."""

    value: str
    label: str
    chosen: bool
    price: str = ""
    early: bool = False  # an end before the chosen start, shown because the start can still be changed


class TimePicker:
    """Display of a booking question for posted or stored parts of ``fields.BookingField``.

    ``who``: the answer that decides the prices; ``people``: labels of its options, shown before it is answered.
    ``waits``: the URL of the waiting list, if there is one.
    """

    def __init__(
        self,
        offers: list[BookableResource],
        parts: dict,
        *,
        who: str = "",
        people: dict[str, str] | None = None,
        waits: str = "",
        now: datetime | None = None,
    ):
        self.offers, self.parts, self.who, self.people = offers, parts, who, people or {}
        self.waits = waits
        self.now = now or timezone.now()
        self.zone = timezone.get_default_timezone()
        self.today = local_day(self.now, self.zone)
        self.language = get_language() or ""
        self.finding = False  # whether the search among all resources was requested
        self._browse((parts.get("go") or "").split())

    def _browse(self, pressed: list[str]) -> None:
        """Set view and day of the calendar after a button was pressed.

        The button has a view and a day, or a day to choose a time on.
        """
        start = _moment(self.parts.get("from"))
        stored = timezone.localtime(start).date() if start else None
        self.view = self.parts.get("view") if self.parts.get("view") in VIEWS else "month"
        self.day = _day(self.parts.get("day")) or stored
        self.at = _day(self.parts.get("at")) or self.day
        match pressed:
            case [view, text] if view in VIEWS and _day(text):
                self.view, self.at, self.day = view, _day(text), None
            case ["day", text] if _day(text):
                self.day = self.at = _day(text)
            case ["time", text] if found := _moment(text.partition("/")[0]):
                begins, _slash, ends = text.partition("/")
                self.parts = self.parts | {"from": begins, "to": ends}
                self.day = self.at = local_day(found, self.zone)
            case ["find"]:
                self.finding = True
            case ["pick", key, text] if _day(text):
                self.parts = self.parts | {"resource": key, "from": "", "to": ""}
                self.day = self.at = _day(text)
        least = self.today if pressed and pressed[0] in VIEWS else self.earliest
        self.at = min(max(self.at or least, least), self.today + FARTHEST)

    # -- selection -------------------------------------------------------------------------------------------
    @cached_property
    def offer(self) -> BookableResource | None:
        """The selected resource: the chosen one, or the only one."""
        if len(self.offers) == 1:
            return self.offers[0]
        return next((one for one in self.offers if one.key == self.parts.get("resource")), None)

    @property
    def earliest(self) -> date:
        """The first day on which the selected resource can be booked."""
        return self._earliest_of(self.offer) if self.offer else self.today

    def _earliest_of(self, offer: BookableResource) -> date:
        """Return the first of the days on which a booking may still begin."""
        soonest = self.now + offer.rules.lead
        first = local_day(soonest, self.zone)
        possible = (
            day for day in days_between(first, first + 60 * DAY) if _can_begin(offer.rules, day, soonest)
        )
        return next(possible, first)

    @property
    def choices(self) -> list[dict]:
        return [
            {
                "offer": one,
                "said": one.texts_in(self.language),
                "chosen": one is self.offer,
                "price": self._price_of(one),
            }
            for one in self.offers
        ]

    @property
    def texts(self) -> ResourceTexts:
        """The texts of the selected resource."""
        return self.offer.texts_in(self.language)

    @property
    def count(self) -> int:
        text = self.parts.get("count") or "1"
        most = self.offer.most if self.offer else 1
        return min(max(int(text), 1), most) if text.isascii() and text.isdigit() and len(text) < 5 else 1

    @cached_property
    def calendar(self) -> AvailabilityCalendar:
        """The availability of the selected resource, around the days on the page."""
        first, last = self.range
        first = max(first, self.today)
        if self.day:
            first, last = min(first, self.day), max(last, self.day)
        more = WEEKS if self.view == "list" else WEEK if self.offer.rules.across else timedelta()
        span = days_span(first, last + more, self.zone)
        own = parse_series(self.parts.get("series") or "")
        return availability_calendar(self.offer, span, count=self.count, now=self.now, without=own)

    # -- prices ----------------------------------------------------------------------------------------------
    @cached_property
    def tariff(self) -> Tariff:
        return Tariff(self.offers, self.today)

    @property
    def is_priced(self) -> bool:
        return self._is_priced(self.offer)

    def _is_priced(self, offer: BookableResource) -> bool:
        """Return whether the cost is known: it has prices, and the tariff group is given if they depend on it."""
        return bool(offer.rates) and bool(self.who or not any(rate.who for rate in offer.rates))

    def _price(self, offer: BookableResource, span: TimeSpan) -> str:
        """Return the price of a time as text; "" if it is not known."""
        if not self._is_priced(offer):
            return ""
        count, extras = (self.count, self.extras) if offer is self.offer else (1, ())
        return str(self.tariff.cost(offer, [span], count, self.who, extras))

    @property
    def extras(self) -> tuple[str, ...]:
        """The ticked extras of the selected resource."""
        return selected_extras(self.offer, (self.parts.get("extras") or "").split()) if self.offer else ()

    @property
    def extra_choices(self) -> list[dict]:
        """The extras that can be ticked, each with its prices."""
        return [
            {
                "key": key,
                "label": capfirst(extra_label(key)),
                "chosen": key in self.extras,
                "costs": [one for one in self._price_rows(asked=True) if one["what"] == key],
            }
            for key in self.offer.extras
        ]

    def _price_of(self, offer: BookableResource) -> str:
        """Return the price of the chosen time, or else from what price the resource can be booked."""
        if not self._is_priced(offer):
            return ""
        if self.chosen and not offer.fixed:
            return self._price(offer, self.chosen)
        return _from_price_text(self._costs(offer))

    def _costs(self, offer: BookableResource) -> list[Cost]:
        """Return the costs of the next shortest bookings."""
        return [self.tariff.cost(offer, [span], 1, self.who) for span in shortest_times(offer, self.at)]

    @property
    def prices(self) -> list[dict]:
        """The price list of the selected resource for the tariff group, or for all; without extras that are ticked."""
        return self._price_rows(asked=False)

    def _price_rows(self, *, asked: bool) -> list[dict]:
        rates = [
            rate
            for rate in self.offer.rates
            if rate.asked == asked and not (self.who and rate.who and self.who not in rate.who)
        ]
        return [
            {
                "what": rate.what,
                "label": self._rate_label(rate),
                "amount": self.tariff.prices[rate.entry].amount,
                "per": PER[rate.per],
            }
            for rate in rates
            if rate.entry in self.tariff.prices
        ]

    def _rate_label(self, rate: PriceLine) -> str:
        """Return the label of a price: “Cleaning”, “Hire, associations”, “Weekend supplement, Sat, Sun”."""
        named = extra_label(rate.what) if rate.what else pgettext("a price", "hire")
        parts = [gettext("deposit, paid back after the return") if rate.deposit else named]
        if not self.who:
            parts += [self.people.get(one, one) for one in sorted(rate.who)]
        if rate.days != EVERY_DAY:
            parts += [date_format(MONDAY + day * DAY, "D") for day in sorted(rate.days)]
        if rate.hours:
            opens, closes = (format_time(one) for one in rate.hours)
            parts.append(gettext("%(from)s to %(to)s") % {"from": opens, "to": closes})
        return capfirst(", ".join(parts))

    # -- search ----------------------------------------------------------------------------------------------
    @cached_property
    def first_month(self) -> date:
        """The first month in which anything can be booked."""
        return min(self._earliest_of(one) for one in self.offers).replace(day=1)

    @property
    def search_request(self) -> SearchRequest:
        """The search, from the valid parts of the question."""
        weekday, length = self.parts.get("weekday") or "", self.parts.get("length") or ""
        return SearchRequest(
            month=_day(f"{self.parts.get('month') or ''}-01") or self.first_month,
            people=self._wanted_capacity,
            weekday=int(weekday) if weekday in set("0123456") else None,
            length=int(length) * HOUR // 60 if length in LENGTHS else None,
        )

    @property
    def _wanted_capacity(self) -> int | None:
        text = self.parts.get("people") or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else None

    @property
    def people_fault(self) -> str:
        """The error about the number of people; nothing is searched then. "" if there is none."""
        wrong = self.finding and self.parts.get("people") and self._wanted_capacity is None
        return gettext("Write a number, such as 30.") if wrong else ""

    @property
    def lengths(self) -> list[dict]:
        """The lengths that can be searched for; [] if no resource has a choice."""
        if all(one.fixed for one in self.offers):
            return []
        chosen = self.parts.get("length")
        return [{"value": one, "hours": int(one) // 60, "chosen": one == chosen} for one in LENGTHS]

    @property
    def months(self) -> list[dict]:
        """The months that can be searched."""
        latest = max(local_day(self.now + one.rules.horizon, self.zone) for one in self.offers)
        month, found = self.first_month, []
        while month <= latest and len(found) < MAX_MONTHS:
            found.append(
                {"value": f"{month:%Y-%m}", "month": month, "chosen": month == self.search_request.month}
            )
            month = _next_month(month)
        return found

    @cached_property
    def search_results(self) -> list[SearchResult]:
        return (
            find_free_resources(self.offers, self.search_request, self.now)
            if self.finding and not self.people_fault
            else []
        )

    @property
    def not_shown(self) -> int:
        """The number of results that are not shown."""
        return max(len(self.search_results) - MAX_SEARCH_RESULTS, 0)

    @property
    def rooms_without_capacity(self) -> list[str]:
        """The rooms left out of the search because their capacity is not known."""
        if not self.finding or self._wanted_capacity is None:
            return []
        rooms = (one for one in self.offers if one.kind == Resource.Kind.ROOM and one.capacity is None)
        return [one.texts_in(self.language).title for one in rooms]

    @property
    def results(self) -> list[dict]:
        """The results, each with the button that selects it."""
        return [
            {
                "go": f"pick {one.offer.key} {one.day.isoformat()}",
                "title": one.offer.texts_in(self.language).title,
                "day": one.day,
            }
            for one in self.search_results[:MAX_SEARCH_RESULTS]
        ]

    # -- month and week --------------------------------------------------------------------------------------
    @property
    def range(self) -> tuple[date, date]:
        """The days that the calendar shows."""
        if self.view == "week":
            first = self.at - self.at.weekday() * DAY
            return first, first + 6 * DAY
        if self.view == "list":
            return self.at, self.at
        first = self.at.replace(day=1)
        return first, _next_month(first) - DAY

    @property
    def title(self) -> date:
        return self.range[0]

    @property
    def before(self) -> date:
        """The first day of the previous month."""
        return (self.range[0] - DAY).replace(day=1)

    @property
    def after(self) -> date:
        return self.range[1] + DAY

    @property
    def earlier(self) -> str | None:
        """The value of the button to the previous period; None if that has passed."""
        first, _last = self.range
        if first <= self.today:
            return None
        before = {"month": self.before, "week": first - 7 * DAY, "list": first - WEEKS}
        return f"{self.view} {max(before[self.view], self.today).isoformat()}"

    @property
    def later(self) -> str | None:
        """The value of the button to the next period; None if it is beyond the horizon."""
        after = self._list[1] if self.view == "list" else self.after
        return f"{self.view} {after.isoformat()}" if after <= self.calendar.horizon else None

    @property
    def views(self) -> list[dict]:
        shown = self.day or self.at
        return [
            {"key": key, "go": f"{key} {shown.isoformat()}", "label": label, "current": key == self.view}
            for key, label in VIEWS.items()
        ]

    @property
    def rows(self) -> list[list[PickerDay | None]]:
        """The weeks of the month or the week, Monday first; None for days of another month."""
        first, last = self.range
        start, end = first - first.weekday() * DAY, last + (6 - last.weekday()) * DAY
        cells = [self._cell(day) if first <= day <= last else None for day in days_between(start, end)]
        return [cells[number : number + 7] for number in range(0, len(cells), 7)]

    def _cell(self, day: date) -> PickerDay:
        state = DayState.CLOSED if day < self.today else self.calendar.state(day)
        return PickerDay(day, state, day == self.day, bool(self.waits))

    @property
    def states(self) -> list[dict]:
        """The legend of the calendar."""
        return [{"mark": MARKS[state], "label": label} for state, label in STATES.items()]

    @property
    def weekdays(self) -> list[date]:
        """Seven days from a Monday on, for the names of weekdays."""
        return [MONDAY + number * DAY for number in range(weeks.SUNDAY + 1)]

    @property
    def week(self) -> list[dict]:
        """The days of the week, each with its bar and its free times as text."""
        return [
            {"cell": self._cell(day), "free": self._free(day), "bar": self._bar(day)}
            for day in days_between(*self.range)
        ]

    def _free(self, day: date) -> str:
        return ", ".join(time_text.format_hours(span) for span in self._spans(day, free=True))

    def _spans(self, day: date, *, free: bool) -> list[TimeSpan]:
        """Return the merged times of a day that are free, or those that are not."""
        length = None if self.offer.fixed else min(self.offer.rules.step, self.offer.rules.shortest)
        return merge_spans(slot.span for slot in self.calendar.slots(day, length) if slot.free == free)

    def _bar(self, day: date) -> list[dict]:
        """Return the free and taken times of a day from midnight to midnight, in minutes."""
        return [
            {"free": free, "x": begins, "width": ends - begins}
            for free in (False, True)
            for begins, ends in (self._minutes(day, span) for span in self._spans(day, free=free))
        ]

    def _minutes(self, day: date, span: TimeSpan) -> tuple[int, int]:
        """Return start and end on the bar. A day on which the clock changes is scaled to the same length."""
        whole = day_span(day, self.zone)
        begins, ends = ((at - whole.start) / whole.length for at in (span.start, min(span.end, whole.end)))
        return round(begins * MINUTES), round(ends * MINUTES)

    # -- times -----------------------------------------------------------------------------------------------
    @property
    def slots(self) -> list[TimeChoice]:
        """The free times of the chosen day, if all times are equally long."""
        slots = self.calendar.slots(self.day)
        return [self._choice(slot) for slot in slots if slot.free or slot.span == self._repeating]

    @property
    def _repeating(self) -> TimeSpan | None:
        """The repeating time of the chosen day: it can stay chosen even if others have it on that day."""
        chosen = self.chosen if self.parts.get("repeat") else None
        return chosen if chosen and local_day(chosen.start, self.zone) == self.day else None

    def _choice(self, slot: TimeSlot) -> TimeChoice:
        """Return a choice of fixed length, identified by its start; a whole opening by both ends."""
        begins, ends = to_local_time(slot.span.start), to_local_time(slot.span.end)
        chosen, label = (
            begins == self.parts.get("from"),
            time_text.format_hour(timezone.localtime(slot.span.start)),
        )
        if self.offer.rules.whole:
            chosen, label = chosen and ends == self.parts.get("to"), time_text.format_hours(slot.span)
        return TimeChoice(time_key(slot.span, self.offer), label, chosen, self._price(self.offer, slot.span))

    @property
    def starts(self) -> list[TimeChoice]:
        """The possible starts on the chosen day."""
        found = {slot.span.start for slot in self.calendar.slots(self.day) if slot.free}
        repeated = {self._repeating.start} if self._repeating else set()
        return [self._time(start, "from") for start in sorted(found | repeated)]

    @property
    def ends(self) -> list[TimeChoice]:
        """The possible ends: after the chosen start, with prices; if the start can still change, after any."""
        starts = [slot.span.start for slot in self.calendar.slots(self.day) if slot.free]
        chosen, repeated = (
            _moment(self.parts.get("from")),
            {self._repeating.end} if self._repeating else set(),
        )
        if self.parts.get("live") and (chosen in starts or repeated):
            ends = sorted({*self.calendar.ends(chosen), *repeated})
            return [self._time(end, "to", self._price(self.offer, TimeSpan.of(chosen, end))) for end in ends]
        ends = {end for start in starts for end in self.calendar.ends(start)}
        return [
            self._time(end, "to", early=bool(chosen) and end <= chosen) for end in sorted(ends | repeated)
        ]

    def _time(self, at: datetime, part: str, price: str = "", *, early: bool = False) -> TimeChoice:
        label = time_text.format_end(timezone.localtime(at), self.day)
        return TimeChoice(to_local_time(at), label, to_local_time(at) == self.parts.get(part), price, early)

    @property
    def waiting_url(self) -> str:
        """The URL of the waiting list for the chosen day; "" unless some of its times are taken."""
        to_come = (slot for slot in self.calendar.slots(self.day) if slot.span.start > self.now)
        if not self.waits or all(slot.free for slot in to_come):
            return ""
        asked = {"resource": self.offer.key, "day": self.day.isoformat(), "count": self.count}
        return f"{self.waits}?{urlencode(asked)}"

    @property
    def listed(self) -> list[dict]:
        """The next free times by day; if the length can be chosen, the days with their free times as text."""
        return self._list[0]

    @cached_property
    def _list(self) -> tuple[list[dict], date]:
        """Return the list, and the day after the last one searched: it may be full before its weeks are over."""
        end, found, fixed = self.at + WEEKS, [], self.offer.fixed
        room = LISTED if fixed else LISTED_DAYS
        for day in days_between(self.at, min(end - DAY, self.calendar.horizon)):
            if self.calendar.state(day) not in OPEN:
                continue
            choices = self._free_choices(day) if fixed else []
            found.append({"day": day, "choices": choices, "free": "" if fixed else self._free(day)})
            room -= len(choices) or 1
            if room <= 0:
                return found, day + DAY
        return found, end

    def _free_choices(self, day: date) -> list[TimeChoice]:
        return [self._choice(slot) for slot in self.calendar.slots(day) if slot.free]

    @property
    def bar(self) -> list[dict]:
        """The chosen day as a bar."""
        return self._bar(self.day)

    @property
    def chosen(self) -> TimeSpan | None:
        """The time in the answer; None if it is incomplete."""
        start, end = _moment(self.parts.get("from")), _moment(self.parts.get("to"))
        if start and self.offer and self.offer.fixed and not self.offer.rules.whole:
            return TimeSpan.of(start, start + self.offer.rules.shortest)
        return TimeSpan.of(start, end) if start and end and start < end else None

    @property
    def off_screen_choice(self) -> str:
        """The chosen time as text, if the calendar does not show its day; else ""."""
        return capfirst(time_text.format_span(self.chosen)) if self.chosen and not self.day else ""


def _from_price_text(costs: list[Cost]) -> str:
    """Return “from CHF 90”, or just the price if it is always the same; "" without costs."""
    if not costs:
        return ""
    least = str(min(costs))
    return least if len({*costs}) == 1 else gettext("from %(amount)s") % {"amount": least}


def _can_begin(rules: OpeningRules, day: date, soonest: datetime) -> bool:
    """Return whether any booking can begin on a day from a moment on by the opening hours, taken or not."""
    windows = rules.day_windows(day)
    return any((one.start if rules.whole else one.end - rules.shortest) >= soonest for one in windows)


def _day(text) -> date | None:
    found = parse_moment(text)
    return found.date() if found else None


def _moment(text) -> datetime | None:
    found = parse_moment(text)
    return found if found is None or found.tzinfo else timezone.make_aware(found)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
