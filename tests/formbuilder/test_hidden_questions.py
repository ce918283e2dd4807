"""Questions hidden by a condition: on the page, but neither visible nor posted nor validated, and unchanged."""

import re

import pytest
import time_machine
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from eservices.formbuilder.forms import StepForm
from tests.factories.formbuilder import definition, options, question, step, when


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-24"):
        yield


def form_of(form, answers=None, query=None) -> StepForm:
    posted = {} if query is None else {"data": QueryDict(query), "files": MultiValueDict()}
    return StepForm(form, form.steps[0], "fr", answers, **posted)


def page(form: StepForm) -> str:
    return "".join(map(str, form.on_page))


OPENED = definition(step("un", question("a"), question("b", condition=when("a"), required=True)))


def test_hidden_question_is_on_the_page_and_disabled():
    html = page(form_of(OPENED))
    assert '<fieldset role="none" data-question="b" hidden disabled>' in html
    assert 'name="b"' in html


def test_visible_question_is_enabled():
    assert '<fieldset role="none" data-question="b">' in page(form_of(OPENED, {"a": "oui"}))


def test_question_without_a_condition_has_no_wrapper():
    assert 'data-question="a"' not in page(form_of(OPENED))


def test_hidden_question_is_not_validated():
    form = form_of(
        definition(step("un", question("a"), question("b", "email", condition=when("a")))), {}, "a=non&b=x"
    )
    assert form.is_valid()
    assert form.cleaned_answers == {"a": "non"}


def test_hidden_question_keeps_its_stored_answer_on_the_page():
    form = form_of(OPENED, {"a": "oui", "b": "Rochat"}, "a=non")
    assert form.is_valid()
    assert 'value="Rochat"' in page(form)


def test_hidden_choice_keeps_its_stored_answer():
    field = question("b", "choices", condition=when("a"), options=options("x", "y"))
    html = page(form_of(definition(step("un", question("a"), field)), {"b": ["y"]}, "a=non"))
    assert re.search(r'value="y"[^>]* checked', html)


def test_option_with_a_false_condition_is_hidden_and_disabled():
    field = question("b", "choice", options=[{"value": "x", "condition": when("a")}, {"value": "y"}])
    form = definition(step("un", question("a"), field))
    html = page(form_of(form))
    assert re.search(r'<label class="pick" hidden><input[^>]*value="x"[^>]* disabled', html)
    assert not re.search(r'value="y"[^>]* disabled', html)
    assert not re.search(r'value="x"[^>]* disabled', page(form_of(form, {"a": "oui"})))


def test_option_can_depend_on_a_later_or_hidden_question():
    field = question("b", "choice", options=[{"value": "x", "condition": when("c")}, {"value": "y"}])
    later = definition(step("un", field, question("a"), question("c", condition=when("a"))))
    assert form_of(later, {}, "b=x&a=oui&c=oui").is_valid()
    assert not form_of(later, {"c": "oui"}, "b=x&a=non&c=oui").is_valid()


def test_choice_error_links_to_the_first_visible_option():
    shut = [{"value": "x", "condition": when("a")}, {"value": "y"}]
    form = form_of(
        definition(step("un", question("a"), question("b", "choice", required=True, options=shut))), {}, "a="
    )
    assert not form.is_valid()
    assert [fault["target"] for fault in form.error_summary] == ["id_b-1"]


GROUP = question(
    "g", "group", fields=[question("race"), question("liste", condition=when("race"), required=True)]
)


def test_row_opens_its_own_questions():
    form = form_of(definition(step("un", GROUP)), {"g": [{"race": "oui"}, {"race": "non"}]})
    html = page(form)
    assert '<fieldset role="none" data-question="g-0-liste">' in html
    assert '<fieldset role="none" data-question="g-1-liste" hidden disabled>' in html


def test_row_can_depend_on_an_answer_beside_its_group():
    inner = question("puce", condition=when("b"), required=True)
    form = definition(step("un", question("g", "group", fields=[inner]), question("b")))
    assert form_of(form, {}, "g-count=1&b=non").is_valid()
    assert not form_of(form, {}, "g-count=1&b=oui").is_valid()


def test_rule_treats_a_hidden_question_as_unanswered():
    check = {"key": "vide", "condition": when("b", "empty")}
    form = definition(step("un", question("a"), question("b", condition=when("a")), checks=[check]))
    assert form_of(form, {"a": "oui", "b": "x"}, "a=non&b=x").is_valid()
    assert not form_of(form, {}, "a=oui&b=x").is_valid()


def test_answer_of_another_step_counts_by_the_current_input():
    form = definition(
        step("un", question("a"), question("c", condition=when("b"))),
        step("deux", question("b", condition=when("a"))),
    )
    answers = {"a": "oui", "b": "oui"}
    assert [one.key for one in form_of(form, answers, "a=oui&c=x").visible] == ["a", "c"]
    assert [one.key for one in form_of(form, answers, "a=non&c=x").visible] == ["a"]
