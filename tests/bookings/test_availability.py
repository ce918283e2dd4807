"""Rules and bookings in, free times out. No database."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from eservices.bookings.availability import (
    Calendar,
    Occupation,
    Refusal,
    Rules,
    School,
    Span,
    Special,
    State,
    Weekly,
    joined,
    refusal,
)

ZURICH = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
MONDAY = date(2026, 3, 9)
ALL = frozenset(range(7))
HOUR = timedelta(hours=1)


def rules(opens=time(8), closes=time(12), days=ALL, **more) -> Rules:
    kept = {"weekly": (Weekly(days, opens, closes),), "step": HOUR, "shortest": HOUR}
    return Rules(ZURICH, **kept | more)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZURICH)


def span(day: date, start: int, end: int) -> Span:
    return Span.of(at(day, start), at(day, end))


def free(rules: Rules, *taken: Span, quantity: int = 1, wanted: int = 1) -> Calendar:
    pieces = [(1, number, one) for number, one in enumerate(taken, 1)]
    if quantity == 1:
        pieces = [(1, 1, one) for one in taken]
    return Calendar(rules, Occupation({1: quantity}, pieces), {1: wanted}, NOW)


def hours(calendar: Calendar, day: date = MONDAY) -> list[int]:
    return [slot.span.start.astimezone(ZURICH).hour for slot in calendar.slots(day) if slot.free]


# -- Openings ------------------------------------------------------------------------------------------------
def test_free_are_the_times_of_the_opening_that_nobody_has():
    assert hours(free(rules())) == [8, 9, 10, 11]
    assert hours(free(rules(), span(MONDAY, 9, 11))) == [8, 11]
    assert free(rules()).state(MONDAY) == State.FREE
    assert free(rules(), span(MONDAY, 9, 11)).state(MONDAY) == State.PARTLY
    assert free(rules(), span(MONDAY, 8, 12)).state(MONDAY) == State.BUSY
    assert free(rules(days=frozenset({1}))).state(MONDAY) == State.CLOSED


def test_openings_hold_in_their_time_their_season_and_their_school_days():
    day = timedelta(days=1)
    dated = rules(weekly=(Weekly(ALL, time(8), time(9), first=MONDAY, last=MONDAY),))
    assert [bool(dated.windows(one)) for one in (MONDAY - day, MONDAY, MONDAY + day)] == [False, True, False]
    winter = rules(weekly=(Weekly(ALL, time(8), time(9), season=((11, 1), (3, 31))),))
    assert [
        bool(winter.windows(one)) for one in (date(2026, 12, 24), date(2026, 3, 31), date(2026, 7, 1))
    ] == [
        True,
        True,
        False,
    ]
    off = {"school_off": {MONDAY}}
    term = rules(weekly=(Weekly(ALL, time(8), time(9), school=School.TERM),), **off)
    camp = rules(weekly=(Weekly(ALL, time(8), time(9), school=School.HOLIDAYS),), **off)
    assert (bool(term.windows(MONDAY)), bool(camp.windows(MONDAY))) == (False, True)


def test_holidays_close_and_an_exception_goes_before_them():
    holiday = rules(days_off={MONDAY})
    assert hours(free(holiday)) == []
    assert hours(
        free(rules(days_off={MONDAY}, specials=(Special(MONDAY, MONDAY, (time(9), time(10))),)))
    ) == [9]
    assert hours(free(rules(specials=(Special(MONDAY, MONDAY),)))) == []


def test_an_evening_goes_on_after_midnight():
    late = rules(time(18), time(2))
    assert refusal(late, Span.of(at(MONDAY, 23), at(MONDAY + timedelta(days=1), 1)), NOW) is None
    assert refusal(late, Span.of(at(MONDAY, 23), at(MONDAY + timedelta(days=1), 3)), NOW) == Refusal.CLOSED


def test_whole_openings_are_taken_or_left():
    halves = rules(weekly=(Weekly(ALL, time(13), time(17)), Weekly(ALL, time(17), time(23))), whole=True)
    assert [slot.span for slot in free(halves, span(MONDAY, 17, 18)).slots(MONDAY)] == [
        span(MONDAY, 13, 17),
        span(MONDAY, 17, 23),
    ]
    assert [slot.free for slot in free(halves, span(MONDAY, 17, 18)).slots(MONDAY)] == [True, False]
    assert refusal(halves, span(MONDAY, 14, 17), NOW) == Refusal.CLOSED


def test_what_goes_across_closed_hours_begins_and_ends_in_open_ones():
    rent = rules(across=True)
    friday = MONDAY + timedelta(days=4)
    weekend = Span.of(at(friday, 10), at(friday + timedelta(days=3), 9))
    assert refusal(rent, weekend, NOW) is None
    assert refusal(rent, Span.of(at(friday, 10), at(friday, 15)), NOW) == Refusal.CLOSED
    assert refusal(rules(), weekend, NOW) == Refusal.CLOSED
    offered = free(rent, span(MONDAY + timedelta(days=9), 8, 9)).ends(at(friday, 10))
    assert Span.of(at(friday, 10), offered[0]).length == HOUR
    assert weekend.end in offered
    assert all(refusal(rent, Span.of(at(friday, 10), end), NOW) is None for end in offered)
    assert offered[-1] <= at(MONDAY + timedelta(days=9), 8)  # somebody else has it then


# -- Why not -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "end", "more", "why"),
    [
        (10, 9, {}, Refusal.ORDER),
        (10, 10, {}, Refusal.ORDER),
        (7, 9, {}, Refusal.CLOSED),
        (11, 13, {}, Refusal.CLOSED),
        (8, 9, {"shortest": 2 * HOUR}, Refusal.SHORT),
        (8, 12, {"longest": 2 * HOUR}, Refusal.LONG),
        (9, 10, {"step": 2 * HOUR}, Refusal.STEP),
        (8, 9, {"lead": timedelta(days=8)}, Refusal.LEAD),
        (8, 9, {"horizon": timedelta(days=3)}, Refusal.HORIZON),
        (8, 9, {}, None),
    ],
)
def test_a_time_that_the_rules_do_not_allow_is_refused_with_its_reason(start, end, more, why):
    assert refusal(rules(**more), span(MONDAY, start, end), NOW) == why


def test_what_has_passed_is_refused():
    assert refusal(rules(), span(date(2026, 2, 23), 8, 9), NOW) == Refusal.PAST


# -- Pieces --------------------------------------------------------------------------------------------------
def test_time_before_and_after_is_kept_free_on_both_sides():
    buffered = rules(after=timedelta(minutes=30), before=timedelta(minutes=30))
    taken = buffered.around(span(MONDAY, 9, 10))
    assert hours(free(buffered, taken)) == [11]  # 8 to 9 would leave no hour between the two


def test_a_piece_serves_the_whole_time_and_is_not_changed_in_the_middle():
    desks = free(rules(), span(MONDAY, 8, 9), span(MONDAY, 9, 10), quantity=2)
    assert desks.is_free(span(MONDAY, 8, 9))
    assert not desks.is_free(span(MONDAY, 8, 10))
    assert desks.occupation.most({1: 1}, span(MONDAY, 10, 12)) == 2


def test_blocked_times_take_every_piece():
    occupation = Occupation({1: 40}, blocked=[(1, span(MONDAY, 8, 10))])
    assert hours(Calendar(rules(), occupation, {1: 30}, NOW)) == [10, 11]
    assert hours(Calendar(rules(), occupation, {1: 41}, NOW)) == []


# -- The clock changes ---------------------------------------------------------------------------------------
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def test_the_day_of_spring_has_an_hour_less_and_that_of_autumn_one_more():
    night = rules(time(0), time(4), horizon=timedelta(days=365))
    lengths = [night.windows(day)[0].length for day in (SPRING, AUTUMN, MONDAY)]
    assert lengths == [3 * HOUR, 5 * HOUR, 4 * HOUR]
    assert hours(free(night), SPRING) == [0, 1, 3]
    assert hours(free(night), AUTUMN) == [0, 1, 2, 2, 3]


def test_an_hour_stays_an_hour_and_the_opening_its_time_of_day():
    for day in (SPRING, AUTUMN):
        assert hours(free(rules(horizon=timedelta(days=365))), day) == [8, 9, 10, 11]
        assert span(day, 0, 12).length != 12 * HOUR


# -- Whatever the rules --------------------------------------------------------------------------------------
times = st.times(max_value=time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0))
anyday = st.dates(date(2026, 1, 1), date(2027, 12, 31))
anyrules = st.builds(
    Rules,
    zone=st.sampled_from([ZURICH, ZoneInfo("America/New_York"), ZoneInfo("UTC")]),
    weekly=st.lists(
        st.builds(Weekly, days=st.frozensets(st.integers(0, 6)), opens=times, closes=times), max_size=3
    ).map(tuple),
    horizon=st.just(timedelta(days=2000)),
    step=st.sampled_from([15, 30, 60, 120]).map(lambda n: timedelta(minutes=n)),
    shortest=st.sampled_from([30, 60, 90]).map(lambda n: timedelta(minutes=n)),
    before=st.sampled_from([0, 15]).map(lambda n: timedelta(minutes=n)),
    after=st.sampled_from([0, 30]).map(lambda n: timedelta(minutes=n)),
)


@st.composite
def occupied(draw, day: date):
    start = datetime.combine(day, time(0), UTC)
    found, at_ = [], start
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 300)), max_size=6)):
        at_ += timedelta(minutes=gap)
        found.append((1, 1, Span(at_, at_ + timedelta(minutes=length))))
        at_ += timedelta(minutes=length)
    return found


@budget(max_examples=25, deadline=None)
@given(anyrules, anyday, st.data())
def test_what_is_offered_may_be_booked_and_what_is_booked_is_offered_no_more(rules, day, data):
    taken = data.draw(occupied(day))
    now = datetime(2025, 12, 1, tzinfo=UTC)
    calendar = Calendar(rules, Occupation({1: 1}, taken), {1: 1}, now)
    for slot in calendar.slots(day)[:12]:
        assert refusal(rules, slot.span, now) is None
        overlapped = any(rules.around(slot.span).overlaps(one) for _unit, _number, one in taken)
        assert slot.free == (not overlapped)
        if slot.free and not rules.whole:
            ends = calendar.ends(slot.span.start)
            assert all(calendar.refusal(Span(slot.span.start, end)) is None for end in ends[:6])
        if slot.free:
            after = Occupation({1: 1}, [*taken, (1, 1, rules.around(slot.span))])
            assert not Calendar(rules, after, {1: 1}, now).is_free(slot.span)
            assert slot.span.start not in {
                one.span.start for one in Calendar(rules, after, {1: 1}, now).slots(day) if one.free
            }


@budget(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 90)), max_size=8))
def test_joined_spans_cover_the_same_and_never_touch(pairs):
    spans = [Span(NOW + timedelta(minutes=a), NOW + timedelta(minutes=a + b)) for a, b in pairs]
    found = joined(spans)
    assert all(any(one.contains(span) for one in found) for span in spans)
    assert all(one.end < other.start for one, other in pairwise(found))
