"""Appeal terms: the rules by country and canton, compared with terms computed by hand."""

from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from eservices.cases.logic.appeal_rules import RULES, rules_key, rules_of
from eservices.cases.logic.appeal_terms import DAYS, MONTHS
from eservices.cases.models import AppealableDecision
from home.localization import working_days

GUIDE = Path(settings.BASE_DIR) / "docs" / "appeal-terms.md"
EXAMPLES = [(rules, example) for rules in RULES.values() for example in rules.examples]
days = st.dates(date(2024, 1, 1), date(2040, 12, 31))
places = st.sampled_from(sorted(RULES))


def holidays_of(key: str):
    country, _dash, subdivision = key.partition("-")
    return rules_of(key).holidays(working_days.public_holidays(country, subdivision))


def last_day(key: str, notified: date, number: int, unit: str = DAYS, *, suspended: bool = True) -> date:
    return rules_of(key).last_day(notified, number, unit, holidays_of(key), suspended=suspended)


@pytest.mark.parametrize(("rules", "example"), EXAMPLES, ids=lambda one: getattr(one, "key", ""))
def test_appeal_rules_match_their_examples(rules, example):
    notified, last = map(date.fromisoformat, (example.notified, example.last))
    found = last_day(rules.key, notified, example.number, example.unit, suspended=example.suspended)
    assert found == last


@pytest.mark.parametrize("rules", RULES.values(), ids=lambda rules: rules.key)
def test_appeal_rules_have_source_examples_and_guide_entry(rules):
    assert rules.source
    assert rules.examples
    assert rules.url.startswith("https://")
    assert bool(rules.recess) == bool(rules.recess_source)
    more = rules.more_holidays
    assert bool(more.fixed or more.after_easter) == bool(more.source)
    guide = GUIDE.read_text(encoding="utf-8")
    assert f"| `{rules.key}` |" in guide
    assert rules.source in guide
    assert more.source in guide


@pytest.mark.parametrize("key", [key for key in RULES if key.startswith("CH-")])
@pytest.mark.parametrize("year", [2026, 2027, 2031])
def test_appeal_term_does_not_end_on_optional_holiday(key, year):
    """Except for Sundays, the rules know every regional and optional holiday of the library."""
    listed = holidays.country_holidays("CH", subdiv=key[3:], years=year, categories=("public", "optional"))
    assert all(day in holidays_of(key) for day in listed)


def test_appeal_term_in_fribourg_uses_its_holidays():
    decision = AppealableDecision(place="CH-FR", days=30, notified_on=date(2026, 11, 8))
    assert decision.last_day == date(2026, 12, 9)


@given(places, days, st.integers(1, 90))
def test_appeal_term_ends_on_working_day_outside_recess(key, notified, number):
    last = last_day(key, notified, number)
    assert working_days.is_working_day(last, holidays_of(key))
    assert not rules_of(key).is_recess(last)


@given(places, days, st.integers(1, 90), st.sampled_from([DAYS, MONTHS]), st.booleans())
def test_appeal_term_is_never_shorter_than_its_days(key, notified, number, unit, suspended):
    nominal = notified + timedelta(days=number if unit == DAYS else 28 * number)
    assert last_day(key, notified, number, unit, suspended=suspended) >= nominal


@given(places, days, st.integers(1, 60))
def test_appeal_term_has_all_its_days_outside_recess(key, notified, number):
    last, rules = last_day(key, notified, number), rules_of(key)
    passed = (notified + timedelta(days=n) for n in range(1, (last - notified).days + 1))
    assert sum(not rules.is_recess(day) for day in passed) >= number


@given(places, days, st.integers(1, 60), st.sampled_from([DAYS, MONTHS]))
def test_appeal_term_notified_later_never_ends_earlier(key, notified, number, unit):
    later = notified + timedelta(days=1)
    assert last_day(key, notified, number, unit) <= last_day(key, later, number, unit)


@given(places, days, st.integers(1, 60))
def test_recess_never_shortens_appeal_term(key, notified, number):
    assert last_day(key, notified, number) >= last_day(key, notified, number, suspended=False)


@pytest.mark.parametrize(
    ("place", "key", "known"),
    [(("CH", "VD"), "CH-VD", True), (("CH", "JU"), "CH-JU", False), (("DE", "BW"), "DE-BW", True)],
    ids=["canton", "canton without rules", "country for its Land"],
)
def test_appeal_rules_of_unknown_place_have_no_recess(place, key, known):
    assert rules_key(*place) == key
    rules = rules_of(key)
    assert rules.known is known
    if not known:
        assert not rules.recess
        assert last_day(key, date(2026, 11, 26), 30) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("key", "posted", "received"),
    [
        ("CH-VD", date(2026, 11, 24), date(2026, 12, 2)),
        ("CH-VD", date(2026, 11, 27), date(2026, 12, 7)),
        ("DE", date(2026, 11, 24), date(2026, 11, 28)),
        ("BE", date(2026, 11, 27), date(2026, 12, 2)),
    ],
)
def test_registered_letter_is_presumed_received(key, posted, received):
    assert rules_of(key).presumption.received_on(posted, holidays_of(key)) == received
