"""Evaluation of conditions: the examples shared with the browser, and never an exception."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.formbuilder.logic.conditions import OPERATORS, condition_fields, condition_holds
from tests.factories.formbuilder import when
from tests.formbuilder.condition_examples import TABLE, examples
from tests.formbuilder.strategies import any_json, conditions, keys

TODAY = date.fromisoformat(TABLE["today"])


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.why)
def test_condition_holds_as_in_the_example(example):
    assert (
        condition_holds(example.condition, example.answers, date.fromisoformat(example.today))
        is example.holds
    )


def test_examples_have_every_operator_both_ways():
    shown = {(operator, expected) for _, operator, _, expected in TABLE["comparisons"]}
    assert shown >= {(operator, answer) for operator in OPERATORS for answer in (True, False)}


def test_condition_fields_include_compared_questions():
    condition = {"any": [when("b"), {"all": [when("a", "before", {"field": "c"}), when("b")]}]}
    assert condition_fields(condition) == ["b", "a", "c"]


@given(condition=conditions, answers=st.dictionaries(keys, any_json), today=st.dates())
def test_any_condition_holds_or_not_and_never_raises(condition, answers, today):
    assert condition_holds(condition, answers, today) in (True, False)
    assert isinstance(condition_fields(condition), list)


def test_endlessly_nested_condition_does_not_hold():
    condition = when("nombre", "gt", 1)
    for _ in range(500):
        condition = {"all": [condition]}
    assert not condition_holds(condition, TABLE["answers"], TODAY)


def test_endlessly_nested_answer_counts_as_none():
    answer = []
    for _ in range(400):
        answer = [answer]
    assert not condition_holds(when("a", "equals", {"field": "a"}), {"a": answer}, TODAY)


@pytest.mark.parametrize(
    "huge",
    [10**5000, float("inf"), float("nan"), "9" * 5000 + "e9"],
    ids=["digits", "infinite", "nan", "power"],
)
def test_number_beyond_json_is_no_number(huge):
    assert not condition_holds(when("a", "gt", 1), {"a": huge}, TODAY)
    assert not condition_holds(when("a", "equals", 1), {"a": huge}, TODAY)
