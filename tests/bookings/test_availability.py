"""Availability: free times computed from rules and bookings. No database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from eservices.bookings.logic.availability import (
    AvailabilityCalendar,
    DayState,
    Occupation,
    OfficeHours,
    OpeningRules,
    RefusalReason,
    SchoolHolidayRule,
    SpecialOpening,
    TimeSpan,
    WeeklyOpening,
    is_ambiguous_time,
    merge_spans,
    open_length,
    refusal_reason,
    repeat_weekly,
    shortest_bookable,
)

ZURICH = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
MONDAY = date(2026, 3, 9)
ALL = frozenset(range(7))
HOUR = timedelta(hours=1)


def rules(opens=time(8), closes=time(12), days=ALL, **more) -> OpeningRules:
    kept = {"weekly": (WeeklyOpening(days, opens, closes),), "step": HOUR, "shortest": HOUR}
    return OpeningRules(ZURICH, **kept | more)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZURICH)


def span(day: date, start: int, end: int) -> TimeSpan:
    return TimeSpan.of(at(day, start), at(day, end))


def free(rules: OpeningRules, *taken: TimeSpan, quantity: int = 1, wanted: int = 1) -> AvailabilityCalendar:
    pieces = [(1, number, one) for number, one in enumerate(taken, 1)]
    if quantity == 1:
        pieces = [(1, 1, one) for one in taken]
    return AvailabilityCalendar(rules, Occupation({1: quantity}, pieces), {1: wanted}, NOW)


def hours(calendar: AvailabilityCalendar, day: date = MONDAY) -> list[int]:
    return [slot.span.start.astimezone(ZURICH).hour for slot in calendar.slots(day) if slot.free]


# -- Clock and lengths ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("when", "twice"),
    [
        ("2026-10-25T02:30", True),
        ("2026-10-25T03:00", False),
        ("2026-03-29T02:30", False),
        ("2026-03-10T02:30", False),
    ],
)
def test_hour_is_ambiguous_only_in_autumn(when, twice):
    there = datetime.fromisoformat(when).replace(tzinfo=ZURICH)
    assert {is_ambiguous_time(there.replace(fold=fold)) for fold in (0, 1)} == {twice}


def test_weekly_series_begins_with_the_chosen_ambiguous_hour():
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZURICH)
    chosen = TimeSpan.of(second, second + HOUR)
    after = at(date(2026, 11, 1), 2, 30)
    assert repeat_weekly(chosen, 1, date(2026, 11, 2), ZURICH) == [chosen, TimeSpan.of(after, after + HOUR)]
    assert repeat_weekly(chosen, 1, date(2026, 10, 24), ZURICH) == []


@pytest.mark.parametrize(
    ("wanted", "found"), [(None, 90), (30, 90), (90, 90), (91, 120), (150, 150), (151, 180), (181, None)]
)
def test_length_is_rounded_up_to_a_bookable_one(wanted, found):
    half = HOUR / 2
    table = rules(step=half, shortest=3 * half, longest=6 * half)
    least = shortest_bookable(table, wanted and timedelta(minutes=wanted))
    assert (least and least // timedelta(minutes=1)) == found


# -- Openings ------------------------------------------------------------------------------------------------
def test_free_times_are_those_of_the_opening_not_taken():
    assert hours(free(rules())) == [8, 9, 10, 11]
    assert hours(free(rules(), span(MONDAY, 9, 11))) == [8, 11]
    assert free(rules()).state(MONDAY) == DayState.FREE
    assert free(rules(), span(MONDAY, 9, 11)).state(MONDAY) == DayState.PARTLY
    assert free(rules(), span(MONDAY, 8, 12)).state(MONDAY) == DayState.BUSY
    assert free(rules(days=frozenset({1}))).state(MONDAY) == DayState.CLOSED


def test_openings_apply_in_their_dates_season_and_school_days():
    day = timedelta(days=1)
    dated = rules(weekly=(WeeklyOpening(ALL, time(8), time(9), first=MONDAY, last=MONDAY),))
    assert [bool(dated.windows(one)) for one in (MONDAY - day, MONDAY, MONDAY + day)] == [False, True, False]
    winter = rules(weekly=(WeeklyOpening(ALL, time(8), time(9), season=((11, 1), (3, 31))),))
    assert [
        bool(winter.windows(one)) for one in (date(2026, 12, 24), date(2026, 3, 31), date(2026, 7, 1))
    ] == [
        True,
        True,
        False,
    ]
    off = {"school_off": {MONDAY}}
    term = rules(weekly=(WeeklyOpening(ALL, time(8), time(9), school=SchoolHolidayRule.TERM),), **off)
    camp = rules(weekly=(WeeklyOpening(ALL, time(8), time(9), school=SchoolHolidayRule.HOLIDAYS),), **off)
    assert (bool(term.windows(MONDAY)), bool(camp.windows(MONDAY))) == (False, True)


def test_special_opening_goes_before_holiday():
    holiday = rules(days_off={MONDAY})
    assert hours(free(holiday)) == []
    assert hours(
        free(rules(days_off={MONDAY}, specials=(SpecialOpening(MONDAY, MONDAY, (time(9), time(10))),)))
    ) == [9]
    assert hours(free(rules(specials=(SpecialOpening(MONDAY, MONDAY),)))) == []


def test_opening_extends_past_midnight():
    late = rules(time(18), time(2))
    assert refusal_reason(late, TimeSpan.of(at(MONDAY, 23), at(MONDAY + timedelta(days=1), 1)), NOW) is None
    assert (
        refusal_reason(late, TimeSpan.of(at(MONDAY, 23), at(MONDAY + timedelta(days=1), 3)), NOW)
        == RefusalReason.CLOSED
    )


def test_whole_openings_are_booked_entirely_or_not_at_all():
    halves = rules(
        weekly=(WeeklyOpening(ALL, time(13), time(17)), WeeklyOpening(ALL, time(17), time(23))), whole=True
    )
    assert [slot.span for slot in free(halves, span(MONDAY, 17, 18)).slots(MONDAY)] == [
        span(MONDAY, 13, 17),
        span(MONDAY, 17, 23),
    ]
    assert [slot.free for slot in free(halves, span(MONDAY, 17, 18)).slots(MONDAY)] == [True, False]
    assert refusal_reason(halves, span(MONDAY, 14, 17), NOW) == RefusalReason.CLOSED


def test_rental_across_closed_hours_starts_and_ends_open():
    rent = rules(across=True)
    friday = MONDAY + timedelta(days=4)
    weekend = TimeSpan.of(at(friday, 10), at(friday + timedelta(days=3), 9))
    assert refusal_reason(rent, weekend, NOW) is None
    assert refusal_reason(rent, TimeSpan.of(at(friday, 10), at(friday, 15)), NOW) == RefusalReason.CLOSED
    assert refusal_reason(rules(), weekend, NOW) == RefusalReason.CLOSED
    offered = free(rent, span(MONDAY + timedelta(days=9), 8, 9)).ends(at(friday, 10))
    assert TimeSpan.of(at(friday, 10), offered[0]).length == HOUR
    assert weekend.end in offered
    assert all(refusal_reason(rent, TimeSpan.of(at(friday, 10), end), NOW) is None for end in offered)
    assert offered[-1] <= at(MONDAY + timedelta(days=9), 8)  # another booking begins then


# -- Refusal reasons -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "end", "more", "why"),
    [
        (10, 9, {}, RefusalReason.ORDER),
        (10, 10, {}, RefusalReason.ORDER),
        (7, 9, {}, RefusalReason.CLOSED),
        (11, 13, {}, RefusalReason.CLOSED),
        (8, 9, {"shortest": 2 * HOUR}, RefusalReason.SHORT),
        (8, 12, {"longest": 2 * HOUR}, RefusalReason.LONG),
        (9, 10, {"step": 2 * HOUR}, RefusalReason.STEP),
        (8, 9, {"lead": timedelta(days=8)}, RefusalReason.LEAD),
        (8, 9, {"horizon": timedelta(days=3)}, RefusalReason.HORIZON),
        (8, 9, {}, None),
    ],
)
def test_refused_time_has_its_reason(start, end, more, why):
    assert refusal_reason(rules(**more), span(MONDAY, start, end), NOW) == why


def test_past_time_is_refused():
    assert refusal_reason(rules(), span(date(2026, 2, 23), 8, 9), NOW) == RefusalReason.PAST


# -- Pieces --------------------------------------------------------------------------------------------------
def test_buffer_time_is_free_before_and_after_a_booking():
    buffered = rules(after=timedelta(minutes=30), before=timedelta(minutes=30))
    taken = buffered.around(span(MONDAY, 9, 10))
    assert hours(free(buffered, taken)) == [11]  # 8 to 9 would leave no hour between the two


def test_booking_keeps_one_piece_for_its_whole_time():
    desks = free(rules(), span(MONDAY, 8, 9), span(MONDAY, 9, 10), quantity=2)
    assert desks.is_free(span(MONDAY, 8, 9))
    assert not desks.is_free(span(MONDAY, 8, 10))
    assert replace(desks, needs={1: 2}).is_free(span(MONDAY, 10, 12))


def test_blocked_times_take_every_piece():
    occupation = Occupation({1: 40}, blocked=[(1, span(MONDAY, 8, 10))])
    assert hours(AvailabilityCalendar(rules(), occupation, {1: 30}, NOW)) == [10, 11]
    assert hours(AvailabilityCalendar(rules(), occupation, {1: 41}, NOW)) == []


def test_booking_on_a_removed_piece_takes_another_place():
    taken = [(1, 2, span(MONDAY, 9, 10)), (1, 3, span(MONDAY, 9, 10)), (1, 4, span(MONDAY, 11, 12))]
    two = AvailabilityCalendar(rules(), Occupation({1: 2}, taken), {1: 1}, NOW)
    assert hours(two) == [8, 10, 11]  # at 9 two people come to two desks, although nobody has the first
    assert hours(replace(two, needs={1: 2})) == [8, 10]
    assert two.choice(span(MONDAY, 11, 12)) == {1: [1]}


def test_removed_pieces_take_as_many_places_as_overlap():
    one_after_the_other = [(1, 3, span(MONDAY, 9, 10)), (1, 4, span(MONDAY, 10, 11))]
    two = AvailabilityCalendar(rules(), Occupation({1: 2}, one_after_the_other), {1: 1}, NOW)
    assert two.choice(span(MONDAY, 9, 11)) == {1: [1]}
    assert not replace(two, needs={1: 2}).is_free(span(MONDAY, 9, 11))
    at_once = [*one_after_the_other, (1, 5, span(MONDAY, 8, 12)), (1, 6, span(MONDAY, 11, 12))]
    assert not replace(two, occupation=Occupation({1: 2}, at_once)).is_free(span(MONDAY, 9, 11))
    assert replace(two, occupation=Occupation({1: 4}, at_once)).choice(span(MONDAY, 9, 11)) == {1: [1]}


def test_later_taken_times_count_like_initial_ones():
    occupation = Occupation({1: 2}, [(1, 1, span(MONDAY, 9, 10))])
    one = AvailabilityCalendar(rules(), occupation, {1: 2}, NOW)
    for number, hour in ((1, 11), (2, 8), (3, 10)):
        occupation.take(1, number, span(MONDAY, hour, hour + 1))
    assert hours(one) == []
    assert hours(replace(one, needs={1: 1})) == [8, 9, 10, 11]
    assert list(occupation.free(1, span(MONDAY, 8, 11))) == []


def test_nearest_free_time_has_the_same_length():
    five = timedelta(hours=5)
    day = free(rules(), span(MONDAY, 9, 10))
    assert day.nearest(span(MONDAY, 9, 10), five) == span(MONDAY, 8, 9)
    assert day.nearest(span(MONDAY, 9, 11), five) == span(MONDAY, 10, 12)
    halves = (
        WeeklyOpening(ALL, time(8), time(12)),
        WeeklyOpening(ALL, time(12), time(14)),
        WeeklyOpening(ALL, time(13), time(17)),
    )
    whole = rules(weekly=halves, whole=True)
    assert free(whole, span(MONDAY, 8, 12)).nearest(span(MONDAY, 8, 12), five) == span(MONDAY, 13, 17)
    assert free(whole, span(MONDAY, 12, 14)).nearest(span(MONDAY, 12, 14), five) is None


# -- Clock changes -------------------------------------------------------------------------------------------
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_clock_change_shortens_spring_and_lengthens_autumn():
    night = rules(time(0), time(4), horizon=timedelta(days=365))
    lengths = [night.windows(day)[0].length for day in (SPRING, AUTUMN, MONDAY)]
    assert lengths == [3 * HOUR, 5 * HOUR, 4 * HOUR]
    # Half past two comes twice that night; the opening ends at the second one.
    assert rules(time(0), time(2, 30)).windows(AUTUMN)[0].length == 3.5 * HOUR
    assert hours(free(night), SPRING) == [0, 1, 3]
    assert hours(free(night), AUTUMN) == [0, 1, 2, 2, 3]


def test_hours_keep_length_and_time_of_day_on_clock_change():
    for day in (SPRING, AUTUMN):
        assert hours(free(rules(horizon=timedelta(days=365))), day) == [8, 9, 10, 11]
        assert span(day, 0, 12).length != 12 * HOUR


# -- Fewer pieces at some hours ------------------------------------------------------------------------------
def desks(*lines: tuple[int, int, int | None], **more) -> OpeningRules:
    """Build the rules of a counter from lines of opening hour, closing hour and number of desks."""
    weekly = tuple(WeeklyOpening(ALL, time(start), time(end), count=count) for start, end, count in lines)
    return rules(weekly=weekly, **more)


def left(counter: OpeningRules, *taken: tuple[int, TimeSpan], day: date = MONDAY) -> list[int]:
    """Return how many of four desks are free in each hour of ``day``."""
    occupation = Occupation({1: 4}, [(1, number, one) for number, one in taken])
    calendars = [AvailabilityCalendar(counter, occupation, {1: wanted}, NOW) for wanted in (1, 2, 3, 4)]
    slots = [calendar.slots(day) for calendar in calendars]
    return [sum(one.free for one in same) for same in zip(*slots, strict=True)]


def test_counter_offers_fewer_desks_at_noon():
    counter = desks((8, 11, None), (11, 13, 2), (13, 15, 3))
    assert left(counter) == [4, 4, 4, 2, 2, 3, 3]
    assert left(counter, (1, span(MONDAY, 11, 12)), (3, span(MONDAY, 12, 13))) == [4, 4, 4, 1, 1, 3, 3]
    # A booking that begins at four desks and ends at two finds two; of two openings at once the larger counts.
    assert left(replace(counter, shortest=2 * HOUR)) == [4, 4, 2, 2, 2, 3]
    assert left(desks((8, 12, 4), (10, 11, 1), (11, 13, 1))) == [4, 4, 4, 4, 1]


def test_bookings_before_desks_close_leave_open_desks_free():
    counter = desks((8, 12, None), (12, 14, 1), after=timedelta(minutes=10))
    people = [(1, 2, span(MONDAY, 11, 12)), (1, 3, span(MONDAY, 11, 12))]

    def found(*stays: tuple[int, int, TimeSpan]) -> list[int]:
        taken = [(unit, number, counter.around(stay)) for unit, number, stay in stays]
        return hours(AvailabilityCalendar(counter, Occupation({1: 3}, taken, stays=stays), {1: 1}, NOW))

    assert found(*people) == [8, 9, 10, 11, 12, 13]
    assert found(*people, (1, 1, span(MONDAY, 11, 12))) == [8, 9, 13]  # the open desk is kept free as usual
    late = TimeSpan.of(at(MONDAY, 11, 30), at(MONDAY, 12, 30))
    assert found((1, 2, late)) == [8, 9, 10, 11, 13]


def test_hours_with_fewer_desks_count_in_proportion():
    counter = desks((8, 10, None), (10, 12, 2), (12, 14, 1), (13, 15, 9))
    assert open_length(counter.counted_windows(MONDAY), 4) == (2 + 1 + 0.25 + 2) * HOUR
    assert open_length([], 4) == timedelta()


def test_special_opening_has_its_own_count_or_all_pieces():
    day = MONDAY + timedelta(days=1)
    few = SpecialOpening(MONDAY, MONDAY, (time(8), time(10)), count=1)
    counter = desks((8, 10, 3), specials=(few, SpecialOpening(day, day, (time(8), time(10)))))
    assert left(counter) == [1, 1]
    assert left(counter, day=day) == [4, 4]
    assert left(counter, day=day + timedelta(days=1)) == [3, 3]


def test_night_hours_with_fewer_desks_follow_clock_changes():
    night = desks((22, 2, 2), (2, 6, 1), horizon=timedelta(days=365))
    assert left(night, day=SPRING) == [1, 1, 1, 2, 2, 2, 2]
    before = SPRING - timedelta(days=1)
    assert night.pieces_open(TimeSpan.of(at(before, 22), at(SPRING, 1))) == 2
    assert night.pieces_open(TimeSpan.of(at(before, 22), at(SPRING, 4))) == 1
    assert rules().pieces_open(span(MONDAY, 8, 9)) is None


# -- Properties ----------------------------------------------------------------------------------------------
times = st.sampled_from([time(n // 2, n % 2 * 30) for n in range(48)])
clock_changes = [date(2026, 3, 28), SPRING, date(2026, 10, 24), AUTUMN, date(2026, 3, 8), date(2026, 11, 1)]
anyday = st.sampled_from(clock_changes) | st.dates(date(2026, 1, 1), date(2027, 12, 31))
monthday = st.tuples(st.integers(1, 12), st.integers(1, 28))
maybe_day = st.none() | anyday
counts = st.none() | st.integers(1, 3)
minutes = lambda *choices: st.sampled_from([timedelta(minutes=n) for n in choices])  # noqa: E731
ago = datetime(2025, 12, 1, tzinfo=UTC)


@st.composite
def anyrules(draw, day: date):
    """Draw any rules; some of them apply on ``day`` and some do not."""
    weekly = st.builds(
        WeeklyOpening,
        days=st.just(ALL) | st.frozensets(st.integers(0, 6)),
        opens=times,
        closes=times,
        first=maybe_day,
        last=maybe_day,
        season=st.none() | st.tuples(monthday, monthday),
        school=st.sampled_from(SchoolHolidayRule),
        count=counts,
    )
    near = st.integers(-1, 1).map(lambda n: day + timedelta(days=n))
    special = st.builds(
        SpecialOpening, first=near, last=near, hours=st.none() | st.tuples(times, times), count=counts
    )
    always = WeeklyOpening(ALL, draw(times), draw(times), count=draw(counts))
    return draw(
        st.builds(
            OpeningRules,
            zone=st.sampled_from([ZURICH, ZoneInfo("America/New_York"), ZoneInfo("UTC")]),
            weekly=st.lists(weekly, max_size=2).map(lambda more: (*more, always)),
            specials=st.lists(special, max_size=1).map(tuple),
            days_off=st.frozensets(near, max_size=1),
            school_off=st.frozensets(near, max_size=2),
            horizon=st.just(timedelta(days=2000)),
            step=minutes(15, 30, 60, 120),
            shortest=minutes(30, 60, 90),
            longest=st.none() | minutes(90, 240),
            whole=st.sampled_from([False, False, True]),
            across=st.sampled_from([False, False, True]),
            before=minutes(0, 15),
            after=minutes(0, 30),
        )
    )


@st.composite
def worlds(draw):
    """Draw a day, its rules, and what is taken of a hall of two units, one of which has several pieces.

    Each unit had one piece more, which is taken at times.
    """
    day = draw(anyday)
    quantities = {1: 1, 2: draw(st.integers(1, 3))}
    start, taken = datetime.combine(day, time(0), UTC) - timedelta(hours=6), []
    kept = st.sampled_from([0, 0, 0.2, 0.5])  # share of the taken time that is buffer time
    for piece in [(unit, number) for unit in quantities for number in range(1, quantities[unit] + 2)]:
        at_ = start
        for gap, length in draw(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=3)):
            begins = at_ + gap * timedelta(minutes=15)
            at_ = begins + length * timedelta(minutes=15)
            taken.append((*piece, TimeSpan(begins, at_)))
    stays = [(*piece, TimeSpan(one.start, one.end - draw(kept) * one.length)) for *piece, one in taken]
    needs = draw(st.sampled_from([{1: 1}, {2: 1}, {1: 1, 2: 1}, {2: 2}]))
    return day, draw(anyrules(day)), quantities, taken, stays, needs


def is_open_at(rules: OpeningRules, at: datetime) -> bool:
    """Return whether the rules are open at ``at``.

    A plain second implementation, to compare with the one under test.
    """
    here = at.astimezone(rules.zone).replace(tzinfo=None)
    for day in (here.date(), here.date() - timedelta(days=1)):
        specials = [one for one in rules.specials if one.first <= day <= one.last]
        hours = [
            (one.opens, one.closes)
            for one in rules.weekly
            if day not in rules.days_off and one.holds(day, rules.school_off)
        ]
        if specials:
            hours = [specials[-1].hours] if specials[-1].hours else []
        for opens, closes in hours:
            last = day if opens < closes else day + timedelta(days=1)
            if datetime.combine(day, opens) <= here < datetime.combine(last, closes):
                return True
    return False


def quarter_hours(span: TimeSpan) -> list[datetime]:
    return [span.start + n * timedelta(minutes=15) for n in range(span.length // timedelta(minutes=15))]


def clock_changes_near(zone: ZoneInfo, at: datetime) -> bool:
    ends = [(at + hours * HOUR).astimezone(zone).utcoffset() for hours in (-2, 2)]
    return ends[0] != ends[1]


@budget(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_free_times_fit_rules_and_vanish_when_booked(world):
    day, rules, quantities, taken, stays, needs = world
    calendar = AvailabilityCalendar(rules, Occupation(quantities, taken, stays=stays), needs, ago)
    for slot in calendar.slots(day)[:10]:
        assert refusal_reason(rules, slot.span, ago) is None
        assert all(
            is_open_at(rules, one) or clock_changes_near(rules.zone, one) for one in quarter_hours(slot.span)
        )
        around, there = rules.around(slot.span), rules.pieces_open(slot.span)
        free, places = {}, {}
        for unit, quantity in quantities.items():
            last = quantity if there is None else min(there, quantity)
            busy = {one[1] for one in taken if one[0] == unit and one[2].overlaps(around)}
            free[unit] = [number for number in range(1, last + 1) if number not in busy]
            gone = [one[2] for one in stays if one[0] == unit and one[1] > last]
            moments = quarter_hours(slot.span)
            beyond = max(sum(one.start <= at < one.end for one in gone) for at in moments)
            places[unit] = len(free[unit]) - beyond
            come = [one[2] for one in taken if one[0] == unit and one[1] <= last]
            come += gone + [around] * max(places[unit], 0)
            crowds = [sum(one.start <= at < one.end for one in come) for at in moments]
            assert places[unit] <= 0 or max(crowds) <= last
        assert slot.free == all(places[unit] >= wanted for unit, wanted in needs.items())
        assert (calendar.refusal(slot.span) is None) == slot.free
        if not slot.free:
            assert calendar.refusal(slot.span) == RefusalReason.TAKEN
            continue
        chosen = [(unit, n, around) for unit, numbers in calendar.choice(slot.span).items() for n in numbers]
        assert all(number in free[unit] for unit, number, _around in chosen)
        if not rules.whole:
            ends = calendar.ends(slot.span.start)
            assert all(calendar.refusal(TimeSpan(slot.span.start, end)) is None for end in ends[:4])
        stay = [(unit, number, slot.span) for unit, number, _around in chosen]
        more = Occupation(quantities, [*taken, *chosen], stays=[*stays, *stay])
        after = AvailabilityCalendar(rules, more, needs, ago)
        rest = all(places[unit] >= 2 * wanted for unit, wanted in needs.items())
        assert after.is_free(slot.span) == rest
        others = {one.span for one in after.slots(day) if one.free}
        assert others <= {one.span for one in calendar.slots(day) if one.free}  # nothing becomes free


def book(rules: OpeningRules, quantities: dict, wanted: list[tuple[dict, TimeSpan]]) -> tuple[list, list]:
    """Request times one after the other and return those that were given and the pieces taken.

    Each time needs its own units.
    """
    given, taken = [], []
    for needs, span_ in wanted:
        calendar = AvailabilityCalendar(rules, Occupation(quantities, taken), needs, ago)
        if calendar.refusal(span_) is None:
            given.append((needs, span_))
            around, pieces = rules.around(span_), calendar.choice(span_)
            taken += [(unit, number, around) for unit, numbers in pieces.items() for number in numbers]
    return given, taken


@budget(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), st.data())
def test_booking_order_does_not_change_what_fits(world, data):
    """Book a hall and its halves at any length, or several desks if all appointments have the same length."""
    day, rules, _quantities, _taken, _stays, _needs = world
    several = data.draw(st.booleans())
    if several:
        rules = replace(rules, shortest=rules.step, longest=rules.step, before=timedelta(), after=timedelta())
        rules = replace(rules, weekly=rules.weekly[-1:], whole=False)
    quantities = {1: 3, 2: 3} if several else {1: 1, 2: 1}
    slots = AvailabilityCalendar(rules, Occupation(quantities), {1: 1}, ago).slots(day)
    if not slots:
        return
    things = st.just({1: 1}) if several else st.sampled_from([{1: 1}, {2: 1}, {1: 1, 2: 1}])
    wanted = data.draw(
        st.lists(st.tuples(things, st.sampled_from(slots).map(lambda one: one.span)), max_size=8)
    )
    given_, taken = book(rules, quantities, wanted)
    again, others = book(rules, quantities, data.draw(st.permutations(given_)))
    assert len(again) == len(given_)
    for needs in ({1: 1}, {1: 1, 2: 1}):
        left_ = [
            AvailabilityCalendar(rules, Occupation(quantities, one), needs, ago).slots(day)
            for one in (taken, others)
        ]
        assert left_[0] == left_[1]
    for one, other in combinations(taken, 2):
        assert one[:2] != other[:2] or not one[2].overlaps(other[2])
    for _unit, number, span_ in taken if several else ():
        there = rules.pieces_open(span_)
        assert there is None or number <= there


@budget(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 90)), max_size=8))
def test_joined_spans_cover_the_same_and_never_touch(pairs):
    spans = [TimeSpan(NOW + timedelta(minutes=a), NOW + timedelta(minutes=a + b)) for a, b in pairs]
    found = merge_spans(spans)
    assert all(any(one.contains(span) for one in found) for span in spans)
    assert all(one.end < other.start for one, other in pairwise(found))


def test_appointments_keep_to_the_office_hours():
    """Weekly openings are cut; exceptional hours of the office and special openings hold."""
    tuesday, closed, single = (MONDAY + timedelta(days=day) for day in (1, 7, 14))
    special, holiday = MONDAY + timedelta(days=5), MONDAY + timedelta(days=21)
    office = OfficeHours(
        weekly=((0, time(9), time(10)), (0, time(11), time(18))),
        exceptions=((single, time(8), time(9)), (single, time(11), time(12))),
        closures=((closed, closed),),
        days_off={holiday},
    )
    kept = rules(
        office=office,
        specials=(SpecialOpening(special, special, (time(17), time(19))),),
        horizon=timedelta(days=60),
    )
    assert kept.hours_outside_office[0] == (0, time(8), time(12))
    assert rules().hours_outside_office == []
    assert hours(free(kept)) == [9, 11]
    assert hours(free(kept), tuesday) == hours(free(kept), closed) == hours(free(kept), holiday) == []
    assert hours(free(kept), single) == [8, 11]
    assert hours(free(kept), special) == [17, 18]
    assert refusal_reason(kept, span(MONDAY, 10, 11), NOW) is not None
    assert refusal_reason(kept, span(MONDAY, 9, 10), NOW) is None
