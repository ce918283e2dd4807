"""What is shown, and which answers count."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from eservices.formbuilder.logic.checks import failed_checks
from eservices.formbuilder.logic.fees import fees_due, total
from eservices.formbuilder.logic.visibility import (
    relevant_answers,
    visible_fields,
    visible_options,
    visible_steps,
)
from tests.factories.formbuilder import EVERY_TYPE, definition, options, question, step, when

TODAY = date(2026, 11, 24)


def keys(things):
    return [one.key for one in things]


def test_a_step_is_shown_under_its_condition():
    form = definition(step("un", question("a")), step("deux", question("b"), condition=when("a")))
    assert keys(visible_steps(form, {}, TODAY)) == ["un"]
    assert keys(visible_steps(form, {"a": "oui"}, TODAY)) == ["un", "deux"]


def test_a_step_that_shows_nothing_is_left_out():
    form = definition(step("un", question("a")), step("deux", question("b", condition=when("a"))))
    assert keys(visible_steps(form, {"a": "non"}, TODAY)) == ["un"]


def test_a_question_is_shown_under_its_condition():
    one = step("un", question("a"), question("b", condition=when("a")))
    (shown,) = definition(one).steps
    assert keys(visible_fields(shown, {"a": "non"}, TODAY)) == ["a"]
    assert keys(visible_fields(shown, {"a": "oui"}, TODAY)) == ["a", "b"]


def test_an_answer_to_a_hidden_question_does_not_count_anywhere():
    form = definition(
        step("un", question("a"), question("b", condition=when("a")), question("c", condition=when("b"))),
        step("deux", question("d"), condition=when("b")),
    )
    answers = {"a": "non", "b": "oui", "c": "x", "d": "y"}
    assert relevant_answers(form, answers, TODAY) == {"a": "non"}
    assert keys(visible_steps(form, answers, TODAY)) == ["un"]
    assert relevant_answers(form, answers | {"a": "oui"}, TODAY) == answers | {"a": "oui"}


def test_a_condition_may_look_at_a_later_question():
    form = definition(step("un", question("a", condition=when("b")), question("b")))
    assert relevant_answers(form, {"a": "x", "b": "oui"}, TODAY) == {"a": "x", "b": "oui"}
    assert relevant_answers(form, {"a": "x", "b": "non"}, TODAY) == {"b": "non"}


def test_questions_that_wait_for_each_other_are_hidden_and_nothing_breaks():
    form = definition(
        step("un", question("a", condition=when("b")), question("b", condition=when("a")), question("c"))
    )
    assert relevant_answers(form, {"a": "oui", "b": "oui", "c": "x"}, TODAY) == {"c": "x"}


def test_what_nobody_asked_does_not_count():
    assert relevant_answers(definition(), {"nom": "A", "inconnu": "B"}, TODAY) == {"nom": "A"}


def test_a_row_of_a_group_sees_itself_before_the_form():
    group = question("enfants", "group", fields=[question("a"), question("b", condition=when("a"))])
    form = definition(step("un", question("a"), group))
    answers = {"a": "oui", "enfants": [{"a": "non", "b": "x"}, {"a": "oui", "b": "y"}, {"b": "z"}, "?"]}
    assert relevant_answers(form, answers, TODAY)["enfants"] == [
        {"a": "non"},
        {"a": "oui", "b": "y"},
        {"b": "z"},
    ]


def test_an_option_is_offered_under_its_condition():
    field = question("b", "choice", options=[{"value": "x", "condition": when("a")}, {"value": "y"}])
    shown = definition(step("un", question("a"), field)).fields["b"]
    assert [one.value for one in visible_options(shown, {"a": "non"}, TODAY)] == ["y"]
    assert [one.value for one in visible_options(shown, {"a": "oui"}, TODAY)] == ["x", "y"]


# -- Checks
ORDER = {"key": "ordre", "condition": when("fin", "gte", {"field": "debut"})}
PERIOD = step("un", question("debut", "date"), question("fin", "date"), checks=[ORDER])


def test_a_check_fails_where_its_condition_does_not_hold():
    (shown,) = definition(PERIOD).steps
    assert keys(failed_checks(shown, {"debut": "2026-12-02", "fin": "2026-12-01"}, TODAY)) == ["ordre"]
    assert failed_checks(shown, {"debut": "2026-12-02", "fin": "2026-12-02"}, TODAY) == []


def test_a_check_waits_until_what_it_compares_is_answered():
    (shown,) = definition(PERIOD).steps
    assert failed_checks(shown, {"debut": "2026-12-02"}, TODAY) == []


def test_a_check_may_ask_for_one_of_two_answers():
    either = {"key": "joindre", "condition": {"any": [when("tel", "filled"), when("courriel", "filled")]}}
    (shown,) = definition(step("un", question("tel"), question("courriel"), checks=[either])).steps
    assert keys(failed_checks(shown, {}, TODAY)) == ["joindre"]
    assert failed_checks(shown, {"tel": "+41210004210"}, TODAY) == []


# -- Fees
def test_what_is_due_follows_the_answers():
    form = definition(
        step(
            "un", question("envoi", "choice", options=options("poste", "mail")), question("jours", "integer")
        ),
        fees=[
            {"key": "base", "amount": 1500},
            {"key": "poste", "amount": 250, "condition": when("envoi", "equals", "poste")},
            {"key": "jour", "amount": 1000, "quantity": "jours"},
        ],
    )
    assert [(line.key, line.total) for line in fees_due(form, {}, TODAY)] == [("base", 1500)]
    lines = fees_due(form, {"envoi": "poste", "jours": 3}, TODAY)
    assert [(line.key, line.total) for line in lines] == [("base", 1500), ("poste", 250), ("jour", 3000)]
    assert total(lines) == 4750


def test_a_hidden_quantity_costs_nothing():
    form = definition(
        step("un", question("a"), question("jours", "integer", condition=when("a"))),
        fees=[{"key": "jour", "amount": 1000, "quantity": "jours"}],
    )
    assert fees_due(form, {"a": "non", "jours": 3}, TODAY) == []
    assert total(fees_due(form, {"a": "oui", "jours": 3}, TODAY)) == 3000


# -- Properties
scalars = st.none() | st.booleans() | st.integers() | st.text() | st.dates().map(str)
json = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))
EVERYTHING = definition(
    step("un", *EVERY_TYPE),
    step("deux", question("z", condition=when("enfants", "filled")), condition=when("nombre", "gt", 2)),
    fees=[{"key": str(n), "amount": 3, "quantity": field["key"]} for n, field in enumerate(EVERY_TYPE)],
)
answers = st.dictionaries(st.sampled_from([*EVERYTHING.fields, "autre"]), json)


@given(answers=answers, today=st.dates())
def test_any_answers_lead_somewhere_and_never_raise(answers, today):
    relevant = relevant_answers(EVERYTHING, answers, today)
    assert set(relevant) <= set(answers)
    assert relevant_answers(EVERYTHING, relevant, today) == relevant
    assert total(fees_due(EVERYTHING, answers, today)) >= 0
    for one in visible_steps(EVERYTHING, answers, today):
        assert visible_fields(one, relevant, today)
