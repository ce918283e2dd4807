"""Backups that the rule retains."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mysite.backups.logic.retention_rule import PERIODS, RetentionRule, select_retained

TIMES = st.lists(
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)), max_size=60
)
RULES = st.builds(RetentionRule, *[st.integers(0, 15)] * 3)


@given(TIMES, RULES)
def test_newest_backup_is_always_retained(times, rule):
    retained = select_retained(times, rule)
    assert retained <= set(times)
    assert not times or max(times) in retained


@given(TIMES, RULES)
def test_latest_periods_retain_their_newest_backup(times, rule):
    retained = select_retained(times, rule)
    for name, period_of in PERIODS.items():
        latest = sorted({period_of(at) for at in times}, reverse=True)[: getattr(rule, name)]
        for period in latest:
            assert max(at for at in times if period_of(at) == period) in retained


@given(TIMES, RULES)
def test_retained_backups_are_as_few_as_the_rule_says(times, rule):
    assert len(select_retained(times, rule)) <= rule.days + rule.weeks + rule.months + 1


@given(TIMES, RULES)
def test_deleting_twice_deletes_nothing_more(times, rule):
    retained = select_retained(times, rule)
    assert select_retained(retained, rule) == retained


def test_a_year_of_nightly_backups_keeps_days_weeks_and_months():
    last = datetime(2026, 11, 25, 2, 15, tzinfo=UTC)
    retained = select_retained([last - timedelta(days=n) for n in range(400)], RetentionRule(7, 4, 12))
    assert {last - timedelta(days=n) for n in range(7)} <= retained
    assert min(retained) == datetime(2025, 12, 31, 2, 15, tzinfo=UTC)
    assert len(retained) == 7 + 2 + 11  # two of the weeks and one of the months are among the days
