"""Property: any answers to any form are validated and shown, never with a crash."""

import copy
from datetime import date

import pytest
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.forms import StepForm, answers_as_posted
from eservices.formbuilder.linter import ERROR, lint_definition
from eservices.formbuilder.logic.fees import fees_due
from eservices.formbuilder.logic.visibility import relevant_answers
from eservices.formbuilder.summary import summarize_answers
from eservices.submissions.progress import FormProgress
from tests.factories.bookings import resource
from tests.factories.formbuilder import make_table
from tests.factories.payments import entry
from tests.factories.strategies import any_json, definitions

TODAY = date(2026, 7, 15)
SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
PARTS = ["", "-day", "-month", "-year", "-street", "-number", "-postcode", "-town", "-count", "-0-x", "-lat"]
TYPED = st.sampled_from(
    [
        "",
        "oui",
        "true",
        "on",
        "12",
        "0",
        "0,00",
        "-3",
        "1e9",
        "31",
        "2026",
        "14:30",
        "a@b.example",
        "+41791234567",
        "x" * 6000,
        "é\x00",
    ]
) | st.text(max_size=12)


@pytest.fixture
def named(db):
    """Create what the definitions refer to."""
    make_table("rues", "Rue du Lac", "Rue du Four")
    entry("attestation", 1500)
    resource()


def keys_of(definition: FormDefinition) -> list[str]:
    return [*definition.fields, "inconnu"]


def answers_to(definition: FormDefinition):
    return st.dictionaries(st.sampled_from(keys_of(definition)), any_json, max_size=8)


def posted_to(definition: FormDefinition):
    names = st.builds(
        lambda key, part: f"{key}{part}", st.sampled_from(keys_of(definition)), st.sampled_from(PARTS)
    )
    return st.dictionaries(names, st.lists(TYPED, min_size=1, max_size=2), max_size=12).map(MultiValueDict)


@pytest.mark.usefixtures("named")
@bounds(**SLOW, max_examples=30)
@given(content=definitions(), data=st.data())
def test_any_stored_answers_are_validated_shown_and_counted(content, data):
    definition = FormDefinition(content)
    answers = data.draw(answers_to(definition))
    completed = [step.key for step in definition.steps]
    progress = FormProgress(definition, answers, completed, "de", TODAY)
    incomplete = progress.first_incomplete
    assert incomplete is None or incomplete in progress.steps
    for step in progress.steps:
        form = progress.judge(step)
        assert form.is_valid() or form.error_summary or form.opened or form.changed_rows
        assert [
            str(question) for question in StepForm(definition, step, "fr", answers, today=TODAY).questions
        ]
    assert isinstance(summarize_answers(definition, answers, "fr", TODAY), list)
    assert all(line.total >= 0 for line in fees_due(definition, answers, TODAY))
    assert relevant_answers(definition, progress.relevant, TODAY).keys() <= answers.keys() | set(
        definition.fields
    )


@pytest.mark.usefixtures("named")
@bounds(**SLOW, max_examples=30)
@given(content=definitions(), data=st.data())
def test_verdicts_hold_until_an_answer_they_depend_on_changes(content, data):
    definition = FormDefinition(content)
    first = data.draw(answers_to(definition))
    second = first | data.draw(answers_to(definition))
    completed = [step.key for step in definition.steps]
    before = FormProgress(definition, first, completed, "fr", TODAY)
    judged = [before.is_complete(step) for step in before.steps]
    for answers in (second, first):
        fresh = FormProgress(definition, answers, completed, "fr", TODAY)
        handed_on = FormProgress(definition, answers, completed, "fr", TODAY, before.verdicts)
        assert [handed_on.is_complete(step) for step in fresh.steps] == [
            fresh.is_complete(step) for step in fresh.steps
        ]
    assert [handed_on.is_complete(step) for step in before.steps] == judged


@pytest.mark.usefixtures("named")
@bounds(**SLOW, max_examples=30)
@given(content=definitions(), data=st.data())
def test_any_posted_data_is_accepted_or_refused_with_messages(content, data):
    definition = FormDefinition(content)
    for step in definition.steps:
        form = StepForm(definition, step, "fr", {}, data=data.draw(posted_to(definition)), today=TODAY)
        if form.is_valid():
            again = StepForm(
                definition, step, "fr", {}, data=answers_as_posted(step, form.cleaned_answers), today=TODAY
            )
            assert again.is_valid(), again.errors
            assert again.cleaned_answers == form.cleaned_answers
        else:
            assert form.error_summary
            assert all(fault["message"] and fault["target"] for fault in form.error_summary)


@pytest.mark.usefixtures("named")
@pytest.mark.parametrize(
    "kind", sorted(key for key, one in field_types.items() if one.form_class and key != "files")
)
@bounds(**SLOW, max_examples=15)
@given(data=st.data())
def test_stored_answer_of_each_type_is_accepted_again(kind, data):
    asked = {"key": "q", "type": kind, "required": True} | field_types[kind].example
    definition = FormDefinition(
        {"language": "fr", "steps": [{"key": "un", "fields": [asked]}], "texts": {"fr": {}}}
    )
    [step] = definition.steps
    parts = ["", *(f"-{one.name}" for one in field_types[kind].inputs(step.fields[0]))]
    written = TYPED | st.sampled_from(field_types[kind].written or ["0"])
    typed = MultiValueDict({f"q{part}": [data.draw(written)] for part in parts})
    form = StepForm(definition, step, "fr", {}, data=typed, today=TODAY)
    if form.is_valid():
        stored = form.cleaned_answers
        again = StepForm(definition, step, "fr", {}, data=answers_as_posted(step, stored), today=TODAY)
        assert again.is_valid(), again.errors
        assert again.cleaned_answers == stored


@pytest.mark.parametrize("kind", ["integer", "decimal", "money"])
def test_required_number_accepts_zero(kind):
    definition = FormDefinition(
        {
            "language": "fr",
            "steps": [{"key": "un", "fields": [{"key": "q", "type": kind, "required": True}]}],
            "texts": {"fr": {}},
        }
    )
    [step] = definition.steps
    form = StepForm(definition, step, "fr", {}, data=MultiValueDict({"q": ["0"]}), today=TODAY)
    assert form.is_valid(), form.errors
    again = StepForm(
        definition, step, "fr", {}, data=answers_as_posted(step, form.cleaned_answers), today=TODAY
    )
    assert again.is_valid(), again.errors


@bounds(**SLOW, max_examples=30)
@given(content=definitions())
def test_valid_definition_has_no_errors_and_is_not_changed(content):
    before = copy.deepcopy(content)
    assert [str(fault) for fault in lint_definition(content) if fault.level == ERROR] == []
    assert FormDefinition(content).digest == FormDefinition(before).digest
    assert content == before
