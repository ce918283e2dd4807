"""Lanes of a day in the schedule, and the share of an opening that is taken."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from eservices.bookings.logic import lanes
from eservices.bookings.logic.availability import TimeSpan
from eservices.bookings.logic.usage import measure_usage
from eservices.bookings.schedule.items import ScheduleItem

ZONE = timezone.get_default_timezone()
NOON = datetime(2026, 3, 10, 12, tzinfo=ZONE)
HOUR = timedelta(hours=1)


def span(start: float, end: float) -> TimeSpan:
    return TimeSpan.of(NOON + start * HOUR, NOON + end * HOUR)


@budget(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 280), st.integers(1, 60)), max_size=12))
def test_lanes_fill_the_day_without_overlaps(times):
    shown = span(-12, 12)
    bars = [
        ScheduleItem(TimeSpan(shown.start + at * lanes.STEP, shown.start + (at + long) * lanes.STEP), "x")
        for at, long in times
    ]
    bars = [bar for bar in bars if bar.span.end <= shown.end]
    found = lanes.assign_lanes(bars)
    assert sorted(bar.span for lane in found for bar in lane) == sorted(bar.span for bar in bars)
    for lane in found:
        parts = lanes.lane_parts(lane, [span(-4, 4)], shown)
        assert sum(part.width for part in parts) == 24 * 12
        assert [part.bar for part in parts if part.bar] == lane


def test_free_time_is_split_where_it_opens_and_closes():
    parts = lanes.lane_parts([ScheduleItem(span(0, 1), "x")], [span(-2, 4)], span(-4, 6))
    assert [(part.width, bool(part.bar), part.open) for part in parts] == [
        (24, False, False),
        (24, False, True),
        (12, True, False),
        (36, False, True),
        (24, False, False),
    ]


def test_usage_counts_only_open_time():
    windows = [span(-4, 0), span(2, 6)]
    assert measure_usage(windows, [(span(-6, -2), 1.0), (span(-1, 3), 0.5)]).share == pytest.approx(3 / 8)
    assert measure_usage([], [(span(0, 1), 1.0)]).share == 0
