"""What would fail a resident is found before it is published."""

import json as json_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.linter import ERROR, WARNING, Fault, errors, lint
from eservices.formbuilder.logic.conditions import OPERATORS
from tests.factories.formbuilder import EVERY_TYPE, content, options, question, step, when


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def said(made: dict, level: str = ERROR) -> list[str]:
    return [str(fault) for fault in lint(made) if fault.level == level]


def test_a_sound_form_has_no_errors():
    assert errors(content(step("tout", *EVERY_TYPE))) == []


@pytest.mark.parametrize("path", sorted((Path(settings.BASE_DIR) / "mysite/demo/services").glob("*.json")))
def test_the_services_of_the_demo_are_sound(path):
    assert errors(json_module.loads(path.read_text())) == []


FAULTY = {
    "unknown question in a condition": (
        step("un", question("a", condition=when("z"))),
        "field.a: The condition looks at “z”",
    ),
    "unknown type": (step("un", question("a", "telepathy")), "field.a: “telepathy” is not a type"),
    "key twice": (step("un", question("a"), question("a")), "field.a: This key is used twice."),
    "malformed key": (step("un", question("A b")), "field.A b: A key has small letters"),
    "choice of nothing": (step("un", question("a", "choice")), "field.a: There is nothing to choose from."),
    "options on a text": (
        step("un", question("a", options=options("x"))),
        "field.a: Only a choice has options.",
    ),
    "option twice": (
        step("un", question("a", "choice", options=options("x", "x"))),
        "field.a: The option “x” stands twice.",
    ),
    "unknown option in a condition": (
        step(
            "un", question("a", "choice", options=options("x")), question("b", condition=when("a", value="y"))
        ),
        "field.b: “y” is not an option of “a”.",
    ),
    "step under its own question": (
        step("un", question("a"), condition=when("a")),
        "step.un: The step depends on a question that stands in it",
    ),
    "circle": (
        step("un", question("a", condition=when("b")), question("b", condition=when("a"))),
        "field.a: The question depends on itself",
    ),
    "empty step": (step("un"), "step.un: The step asks nothing."),
    "no date": (
        step("un", question("a", "date"), question("b", condition=when("a", "before", "tomorrow"))),
        "field.b: “tomorrow” is not a date.",
    ),
    "limits crossed": (
        step("un", question("a", "integer", settings={"min": 5, "max": 3})),
        "field.a: The least is above the most.",
    ),
    "broken pattern": (step("un", question("a", settings={"pattern": "("})), "field.a: The pattern is not"),
    "unknown token": (
        step("un", question("a", autocomplete="shoe-size")),
        "field.a: “shoe-size” is not known",
    ),
    "group in a group": (
        step("un", question("a", "group", fields=[question("b", "group", fields=[question("c")])])),
        "field.b: A group holds neither groups nor files.",
    ),
}


@pytest.mark.parametrize(("faulty", "message"), FAULTY.values(), ids=FAULTY.keys())
def test_a_fault_is_found_and_located(faulty, message):
    assert any(fault.startswith(message) for fault in said(content(faulty))), said(content(faulty))


def test_the_applicants_address_is_a_question_for_an_address():
    settings = {"team": "habitants", "days": 3, "applicant": {"name": ["a"], "email": "b"}}
    right = content(step("un", question("a"), question("b", "email")), settings=settings)
    wrong = content(step("un", question("a"), question("b")), settings=settings)
    assert said(right) == []
    assert said(wrong) == ["settings.applicant: The applicant’s “b” is not a question for an e-mail address."]


def test_fees_and_applicant_must_name_questions_that_are_asked():
    made = content(
        fees=[{"key": "prix", "amount": -1, "quantity": "z"}],
        settings={"team": "", "days": 3, "applicant": {"name": ["z"], "email": "z"}},
    )
    assert len(said(made)) == 5


def test_a_missing_text_is_an_error_and_a_missing_translation_a_warning():
    made = content()
    made["texts"]["de"] = {"title": "Gesuch"}
    assert said(made) == []
    assert "field.nom.label: Not translated into “de”." in said(made, WARNING)
    del made["texts"]["fr"]["field.nom.label"]
    assert said(made) == ["field.nom.label: The text is missing."]


def test_all_faults_are_said_at_once():
    assert (
        len(
            said(
                content(
                    step("un", question("a", "x"), question("b", "y"), question("c", condition=when("z")))
                )
            )
        )
        == 3
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"format": 2}, "format: This format is not known here."),
        ({"steps": {}}, "steps: A list must stand here."),
        ({"steps": [{"key": 1, "fields": []}]}, "steps[0].key: A text must stand here."),
        ({"steps": [{"fields": []}]}, "steps[0].key: This is missing."),
        ({"colour": "red"}, "colour: This is not known."),
        ({"texts": {"de": {}}}, "texts: The texts in the form’s own language are missing."),
        ({"fees": [{"key": "a", "amount": 1.5}]}, "fees[0].amount: A whole number must stand here."),
    ],
)
def test_a_wrong_shape_is_refused_with_path_and_reason(change, fault):
    assert said(content() | change) == [fault]


# -- Properties
scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=10)
json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
SOUND = content(step("tout", *EVERY_TYPE), fees=[{"key": "prix", "amount": 1}])


def paths(value, path=()):
    """Every place in a definition."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from paths(child, (*path, key))


def replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@given(offered=json)
def test_any_json_is_refused_with_reasons_and_never_raises(offered):
    assert all(isinstance(fault, Fault) for fault in lint(offered))


@hypothesis_settings(deadline=None)
@given(path=st.sampled_from(list(paths(SOUND))), new=json)
def test_a_sound_form_with_anything_anywhere_never_raises(path, new):
    assert all(isinstance(fault, Fault) for fault in lint(replaced(SOUND, path, new)))


def test_the_documentation_names_every_type_and_operator():
    text = (Path(settings.BASE_DIR) / "docs/service-definition.md").read_text()
    for name in [*(kind.key for kind in field_types), *OPERATORS]:
        assert f"`{name}`" in text
