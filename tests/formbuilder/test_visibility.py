"""Visibility, relevant answers and fees: the examples shared with the browser, and properties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.logic.fees import fees_due, included_vat, sum_fees
from eservices.formbuilder.logic.validation import failed_rules
from eservices.formbuilder.logic.visibility import (
    COMPUTED,
    VisibleAnswers,
    min_and_max_steps,
    relevant_answers,
    visible_fields,
    visible_options,
    visible_steps,
)
from tests.factories.formbuilder import EVERY_TYPE, definition, question, step, when
from tests.formbuilder.condition_examples import cases
from tests.formbuilder.strategies import any_json, forms

TODAY = date(2026, 11, 24)


def keys(things):
    return [one.key for one in things]


def of_table(wanted):
    found = [case for case in cases() if getattr(case, wanted) is not None]
    return pytest.mark.parametrize("case", found, ids=lambda case: case.why)


# -- Visibility
@of_table("shown")
def test_steps_and_questions_follow_their_conditions(case):
    form, today = FormDefinition(case.definition), date.fromisoformat(case.today)
    relevant = relevant_answers(form, case.answers, today)
    steps = visible_steps(form, case.answers, today)
    assert {one.key: keys(visible_fields(one, relevant, today)) for one in steps} == case.shown


@of_table("relevant")
def test_relevant_answers_are_those_of_visible_questions(case):
    form, today = FormDefinition(case.definition), date.fromisoformat(case.today)
    assert relevant_answers(form, case.answers, today) == case.relevant


def test_option_is_offered_if_its_condition_holds():
    field = question("b", "choice", options=[{"value": "x", "condition": when("a")}, {"value": "y"}])
    shown = definition(step("un", question("a"), field)).fields["b"]
    assert [one.value for one in visible_options(shown, {"a": "non"}, TODAY)] == ["y"]
    assert [one.value for one in visible_options(shown, {"a": "oui"}, TODAY)] == ["x", "y"]


def test_number_of_steps_respects_exclusive_choices():
    which = question("salle", "choice", options=[{"value": "a"}, {"value": "b"}, {"value": "c"}])
    rooms = [step(f"de_{key}", question(f"q_{key}"), condition=when("salle", value=key)) for key in "ab"]
    more = step("plus", question("quoi"), condition=when("bar", value=True))
    text = step("texte", question("suite"), condition=when("mot", value="oui"))
    form = definition(step("un", which, question("bar", "yes_no"), question("mot")), *rooms, more, text)
    assert min_and_max_steps(form, TODAY) == (
        1,
        3,
    )  # minimum: room c without a bar; maximum: room a or b with one
    assert min_and_max_steps(definition(step("un", question("mot"))), TODAY) == (1, 1)


def test_chain_of_questions_can_be_as_long_as_the_form():
    nested = when("q0", "filled")
    for _ in range(10):
        nested = {"all": [nested]}
    chain = [question("q0")]
    chain += [
        question(f"q{n}", condition={"all": [nested, when(f"q{n - 1}", "filled")]}) for n in range(1, 400)
    ]
    form = definition(step("un", *chain))
    answers = {one["key"]: "x" for one in chain}
    assert len(relevant_answers(form, answers, TODAY)) == 400
    assert relevant_answers(form, answers | {"q0": ""}, TODAY) == {"q0": ""}


def test_current_step_counts_as_visible():
    form = definition(step("un", question("a")), step("deux", question("b"), condition=when("a")))
    assert not VisibleAnswers.of(form, {"b": "x"}, TODAY).is_visible("b")
    assert VisibleAnswers.of(form, {"b": "x"}, TODAY, at=form.steps[1]).is_visible("b")


# -- Validation rules
@of_table("failed")
def test_failed_rules_are_found(case):
    form, today = FormDefinition(case.definition), date.fromisoformat(case.today)
    shown = VisibleAnswers.of(form, case.answers, today)
    assert {one.key: keys(failed_rules(one, shown, today)) for one in form.steps} == case.failed


ORDER = {"key": "ordre", "condition": when("fin", "gte", {"field": "debut"})}
PERIOD = step("un", question("debut", "date"), question("fin", "date"), checks=[ORDER])


def test_rule_fails_if_its_condition_does_not_hold():
    (shown,) = definition(PERIOD).steps
    assert keys(failed_rules(shown, {"debut": "2026-12-02", "fin": "2026-12-01"}, TODAY)) == ["ordre"]
    assert failed_rules(shown, {"debut": "2026-12-02", "fin": "2026-12-02"}, TODAY) == []


def test_rule_waits_until_its_questions_are_answered():
    (shown,) = definition(PERIOD).steps
    assert failed_rules(shown, {"debut": "2026-12-02"}, TODAY) == []


def test_rule_can_require_one_of_two_answers():
    either = {"key": "joindre", "condition": {"any": [when("tel", "filled"), when("courriel", "filled")]}}
    (shown,) = definition(step("un", question("tel"), question("courriel"), checks=[either])).steps
    assert keys(failed_rules(shown, {}, TODAY)) == ["joindre"]
    assert failed_rules(shown, {"tel": "+41210004210"}, TODAY) == []


# -- Fees
@of_table("fees")
def test_fees_follow_the_relevant_answers(case):
    lines = fees_due(FormDefinition(case.definition), case.answers, date.fromisoformat(case.today))
    assert [[line.key, line.times, str(line.total), str(line.vat_amount)] for line in lines] == case.fees
    assert sum_fees(lines) == sum(int(line[2]) for line in case.fees)


@pytest.mark.parametrize(
    ("amount", "rate", "tax"),
    [
        (10810, "8.1", 810),
        (10260, "2.6", 260),
        (10380, "3.8", 380),
        (1000, "8.1", 75),  # 74.93
        (1, "8.1", 0),
        (6, "20", 1),  # exactly 1
        (3, "20", 1),  # exactly one half: rounded up
        (1500, "", 0),
        (1500, "0", 0),
        (1500, "-8.1", 0),
        (1500, "8,1", 0),
        (0, "8.1", 0),
    ],
)
def test_amount_includes_its_vat(amount, rate, tax):
    assert included_vat(amount, rate) == tax


# -- Properties
EVERYTHING = definition(
    step("un", *EVERY_TYPE),
    step("deux", question("z", condition=when("enfants", "filled")), condition=when("nombre", "gt", 2)),
    fees=[{"key": str(n), "amount": 3, "quantity": field["key"]} for n, field in enumerate(EVERY_TYPE)],
)


@given(answers=st.dictionaries(st.sampled_from([*EVERYTHING.fields, "autre"]), any_json), today=st.dates())
def test_any_answers_have_a_result_and_never_raise(answers, today):
    relevant = relevant_answers(EVERYTHING, answers, today)
    computed = {key for key, field in EVERYTHING.fields.items() if field.type == COMPUTED}
    assert set(relevant) <= set(answers) | computed
    assert relevant_answers(EVERYTHING, relevant, today) == relevant
    assert sum_fees(fees_due(EVERYTHING, answers, today)) >= 0
    for one in visible_steps(EVERYTHING, answers, today):
        assert visible_fields(one, relevant, today)


@given(form_and_answers=forms, today=st.dates())
def test_any_form_is_evaluated_and_never_raises(form_and_answers, today):
    content, answers = form_and_answers
    form = FormDefinition(content)
    assert set(relevant_answers(form, answers, today)) <= set(form.fields)
    assert sum_fees(fees_due(form, answers, today)) >= 0
    for one in visible_steps(form, answers, today):
        assert visible_fields(one, answers, today) is not None
        assert all(check in one.checks for check in failed_rules(one, answers, today))
