"""Data that a page carries so that the browser can follow the answers: no less than needed, and no more."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eservices.formbuilder.browser_data import affects_price, browser_step_data
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.fee_breakdown import itemize_fees, itemize_possible_fees
from eservices.formbuilder.logic.fees import fees_due
from eservices.formbuilder.logic.validation import failed_rules
from eservices.formbuilder.logic.visibility import VisibleAnswers
from tests.factories.formbuilder import definition, options, question, step, when
from tests.formbuilder.strategies import forms

TODAY = date(2026, 11, 24)


def keys(steps: list[dict]) -> dict[str, list[str]]:
    return {one["key"]: [field["key"] for field in one["fields"]] for one in steps}


def test_step_without_dependencies_carries_no_data():
    form = definition(step("un", question("a"), question("b", "choice", options=options("x", "y"))))
    assert browser_step_data(form, form.steps[0], {}, TODAY) is None


def test_step_carries_the_questions_its_conditions_refer_to():
    form = definition(
        step("un", question("a"), question("secret", secret=True), question("c", condition=when("a"))),
        step("deux", question("d", condition=when("c")), question("e")),
    )
    data = browser_step_data(form, form.steps[1], {"a": "oui", "secret": "42", "c": "x", "e": "y"}, TODAY)
    assert keys(data["definition"]["steps"]) == {"un": ["a", "c"], "deux": ["d", "e"]}
    assert data["answers"] == {"a": "oui", "c": "x"}
    assert (data["step"], data["today"], data["definition"]["fees"]) == ("deux", "2026-11-24", [])


def test_step_carries_its_rules_and_what_they_compare():
    check = {"key": "ordre", "condition": when("fin", "gte", {"field": "debut"})}
    form = definition(
        step("un", question("debut", "date"), question("b")),
        step("deux", question("fin", "date"), checks=[check]),
    )
    data = browser_step_data(form, form.steps[1], {"debut": "2026-12-01", "b": "x"}, TODAY)
    assert data["answers"] == {"debut": "2026-12-01"}
    assert data["definition"]["steps"][1]["checks"] == [check]
    assert "checks" not in data["definition"]["steps"][0]
    assert browser_step_data(form, form.steps[0], {}, TODAY) is None


def test_options_rows_and_computed_answers_have_dependencies():
    shut = [{"value": "x", "condition": when("a")}, {"value": "y"}]
    inner = question("puce", condition=when("a"))
    for field in (
        question("b", "choice", options=shut),
        question("b", "group", fields=[inner]),
        question("b", "computed", settings={"formula": {"operation": "sum", "fields": ["a"]}}),
    ):
        form = definition(step("un", question("a")), step("deux", field))
        assert browser_step_data(form, form.steps[1], {"a": "oui"}, TODAY)["answers"] == {"a": "oui"}


PRICED = definition(
    step("un", question("a"), question("jours", "integer", condition=when("a"))),
    step("deux", question("b")),
    step("trois", question("c"), condition=when("b")),
    fees=[
        {"key": "jour", "amount": 1000, "quantity": "jours", "vat": "8.1"},
        {"key": "envoi", "amount": 250, "condition": when("c")},
    ],
    texts={"fee.jour": "Jour", "fee.envoi": "Envoi"},
)


def test_price_is_carried_if_it_depends_on_an_answer():
    assert [affects_price(PRICED, one) for one in PRICED.steps] == [True, True, True]
    free = definition(step("un", question("a")), fees=[{"key": "base", "amount": 1500}])
    assert not affects_price(free, free.steps[0])
    assert browser_step_data(free, free.steps[0], {}, TODAY) is None


def test_running_fees_include_inactive_lines():
    answers = {"a": "oui", "jours": 3}
    line = {"key": "jour", "label": "Jour", "quantity": "3", "amount": 1000, "total": 3000, "vat": "8.1"}
    assert itemize_fees(PRICED, answers, "fr", TODAY) == [line | {"vat_amount": 225}]
    running = itemize_possible_fees(PRICED, answers, "fr", TODAY)
    assert [(one["key"], one.get("asleep", False)) for one in running] == [("jour", False), ("envoi", True)]


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(form_and_answers=forms, today=st.dates(), at=st.integers(0, 1))
def test_page_data_shows_and_costs_the_same_as_the_whole_form(form_and_answers, today, at):
    content, answers = form_and_answers
    content["steps"][at].pop("condition", None)  # the applicant is in this step, whatever its condition
    whole = FormDefinition(content)
    current = whole.steps[at]
    data = browser_step_data(whole, current, answers, today)
    if data is None:
        return
    carried = FormDefinition(data["definition"])
    on_page = {field.key: answers[field.key] for field in current.fields if field.key in answers}
    answered = data["answers"] | on_page
    before, now = VisibleAnswers.of(whole, answers, today), VisibleAnswers.of(carried, answered, today)
    assert [before.is_visible(one.key) for one in current.fields] == [
        now.is_visible(one.key) for one in current.fields
    ]
    failed = [
        failed_rules(form.step(current.key), seen, today) for form, seen in ((whole, before), (carried, now))
    ]
    assert failed[0] == failed[1]
    if carried.fees:
        assert fees_due(carried, answered, today) == fees_due(whole, answers, today)
