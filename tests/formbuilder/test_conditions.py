"""The language of conditions: one table of examples, and that it never raises."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.formbuilder.logic.conditions import OPERATORS, holds, mentioned
from tests.factories.formbuilder import when

TODAY = date(2026, 11, 24)
ANSWERS = {
    "texte": "Rue du Lac",
    "nombre": 5,
    "somme": "12.50",
    "oui": True,
    "non": False,
    "jour": "2026-12-01",
    "fin": "2026-12-03",
    "ne": "2008-11-25",
    "heure": "14:30",
    "liste": ["a", "b"],
    "vide": None,
    "rien": [],
}
TABLE = [
    ("texte", "equals", "Rue du Lac", True),
    ("texte", "equals", "rue du lac", False),
    ("texte", "not_equals", "Rue du Lac", False),
    ("texte", "contains", "LAC", True),
    ("texte", "contains", "", False),
    ("texte", "not_contains", "gare", True),
    ("texte", "in", ["Rue du Lac", "Rue de la Gare"], True),
    ("texte", "in", ["Rue de la Gare"], False),
    ("nombre", "equals", "5", True),
    ("nombre", "equals", 5.0, True),
    ("nombre", "gt", 4, True),
    ("nombre", "gt", 5, False),
    ("nombre", "gte", "5", True),
    ("nombre", "lt", 10, True),
    ("nombre", "lte", 4, False),
    ("somme", "gt", 9, True),
    ("somme", "lt", "100", True),
    ("oui", "equals", True, True),
    ("oui", "equals", "true", True),
    ("non", "equals", False, True),
    ("non", "filled", None, True),
    ("non", "empty", None, False),
    ("liste", "contains", "a", True),
    ("liste", "contains", "c", False),
    ("liste", "in", ["c", "b"], True),
    ("vide", "filled", None, False),
    ("vide", "empty", None, True),
    ("rien", "empty", None, True),
    ("absent", "empty", None, True),
    ("absent", "equals", "x", False),
    ("absent", "not_equals", "x", True),
    ("absent", "lt", 5, False),
    ("jour", "after", "today", True),
    ("jour", "before", "today", False),
    ("jour", "before", "+30d", True),
    ("jour", "before", "+1w", False),
    ("jour", "after", "-18y", True),
    ("jour", "gte", "2026-12-01", True),
    ("jour", "before", {"field": "fin"}, True),
    ("fin", "before", {"field": "jour"}, False),
    ("fin", "before", {"field": "absent"}, False),
    ("ne", "age_gte", 18, False),
    ("ne", "age_lt", 18, True),
    ("ne", "age_gte", "17", True),
    ("texte", "not_contains", "lac", False),
    ("nombre", "gte", 6, False),
    ("nombre", "lte", 5, True),
    ("jour", "after", "+1m", False),
    ("ne", "age_lt", 17, False),
    ("heure", "gt", "08:00", True),
    ("heure", "gt", 8, False),
]


@pytest.mark.parametrize(("field", "operator", "value", "expected"), TABLE)
def test_a_comparison_holds_or_not(field, operator, value, expected):
    assert holds(when(field, operator, value), ANSWERS, TODAY) is expected


def test_the_table_has_every_operator_both_ways():
    shown = {(operator, expected) for _, operator, _, expected in TABLE}
    assert shown >= {(operator, answer) for operator in OPERATORS for answer in (True, False)}


def test_an_eighteenth_birthday_counts_on_the_day_itself():
    condition = when("ne", "age_gte", 18)
    assert not holds(condition, ANSWERS, date(2026, 11, 24))
    assert holds(condition, ANSWERS, date(2026, 11, 25))


@pytest.mark.parametrize(
    ("today", "limit"), [(date(2027, 1, 31), "2027-02-28"), (date(2028, 1, 31), "2028-02-29")]
)
def test_a_month_from_the_thirty_first_is_the_last_day_of_the_next(today, limit):
    assert holds(when("jour", "gte", "+1m"), {"jour": limit}, today)
    assert not holds(when("jour", "after", "+1m"), {"jour": limit}, today)


def test_no_condition_always_holds_and_a_malformed_one_never():
    assert holds(None, {}, TODAY)
    for malformed in ({}, [], "x", 1, {"all": 1}, {"any": None}, when("a", "unknown"), {"field": ["a"]}):
        assert not holds(malformed, ANSWERS, TODAY)


def test_all_and_any_join_conditions():
    yes, no = when("nombre", "gt", 1), when("nombre", "gt", 9)
    assert holds({"all": [yes, yes]}, ANSWERS, TODAY)
    assert not holds({"all": [yes, no]}, ANSWERS, TODAY)
    assert holds({"any": [no, yes]}, ANSWERS, TODAY)
    assert not holds({"any": [no, no]}, ANSWERS, TODAY)
    assert holds({"all": [yes, {"any": [no, yes]}]}, ANSWERS, TODAY)


def test_what_a_condition_looks_at_includes_what_it_compares_with():
    condition = {"any": [when("b"), {"all": [when("a", "before", {"field": "c"}), when("b")]}]}
    assert mentioned(condition) == ["b", "a", "c"]


# -- Properties
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates().map(str)
json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
keys = st.sampled_from(["a", "b", "c"])
values = json | st.fixed_dictionaries({"field": keys | json}) | st.sampled_from(["today", "+9999y", "-30d"])
rows = st.fixed_dictionaries({"field": keys, "operator": st.sampled_from(sorted(OPERATORS)), "value": values})
conditions = st.recursive(
    rows | json,
    lambda inner: st.lists(inner, max_size=3).flatmap(
        lambda parts: st.sampled_from([{"all": parts}, {"any": parts}])
    ),
)


@given(condition=conditions, answers=st.dictionaries(keys, json), today=st.dates())
def test_any_condition_on_any_answers_holds_or_not_and_never_raises(condition, answers, today):
    assert holds(condition, answers, today) in (True, False)
    assert isinstance(mentioned(condition), list)


def test_a_condition_nested_without_end_does_not_hold():
    condition = when("nombre", "gt", 1)
    for _ in range(500):
        condition = {"all": [condition]}
    assert not holds(condition, ANSWERS, TODAY)


def test_a_number_of_thousands_of_digits_is_no_number():
    assert not holds(when("a", "gt", 1), {"a": 10**5000}, TODAY)
    assert not holds(when("a", "equals", 1), {"a": 10**5000}, TODAY)
