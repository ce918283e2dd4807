"""Detection of problems that would fail an applicant, before publication."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from eservices.catalogue.definition.linter import values_known_by_stages
from eservices.formbuilder.blocks import condition_vocabulary
from eservices.formbuilder.definition import RESERVED_KEYS
from eservices.formbuilder.field_types import field_types
from eservices.formbuilder.linter import (
    ABSENT,
    ERROR,
    WARNING,
    DefinitionFault,
    lint_definition,
    publication_errors,
)
from eservices.formbuilder.logic.conditions import OPERATORS
from tests.factories.formbuilder import EVERY_TYPE, content, options, question, step, when
from tests.factories.strategies import any_json, places, replaced

NAMED = re.compile(r'<(?:button|input|select|textarea)\b[^>]*?\sname="([a-z]\w*)"')


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def findings_in(made: dict, level: str = ERROR) -> list[str]:
    return [str(fault) for fault in lint_definition(made) if fault.level == level]


def test_valid_form_has_no_errors():
    assert publication_errors(content(step("tout", *EVERY_TYPE))) == []


@pytest.mark.parametrize("path", sorted((Path(settings.BASE_DIR) / "mysite/demo/services").glob("*.json")))
def test_demo_services_are_valid(path):
    found = lint_definition(json.loads(path.read_text()), known=values_known_by_stages)
    assert [fault for fault in found if fault.level != WARNING] == []


FAULTY = {
    "unknown question in a condition": (
        step("un", question("a", condition=when("z"))),
        "field.a: The condition looks at “z”",
    ),
    "unknown type": (
        step("un", question("a", "telepathy")),
        "field.a.type: “telepathy” is not a type of question.",
    ),
    "key twice": (step("un", question("a"), question("a")), "field.a: This key is used twice."),
    "key of the page": (step("un", question("sign_in")), "field.sign_in: The form uses this name itself."),
    "malformed key": (step("un", question("A b")), "step.un.fields[0].key: A key begins with a small letter"),
    "choice of nothing": (
        step("un", question("a", "choice")),
        "field.a: There are no options to choose from.",
    ),
    "options on a text": (
        step("un", question("a", options=options("x"))),
        "field.a.options: A question of this type has no “options”.",
    ),
    "option twice": (
        step("un", question("a", "choice", options=options("x", "x"))),
        "field.a: The option “x” appears twice.",
    ),
    "unknown option in a condition": (
        step(
            "un", question("a", "choice", options=options("x")), question("b", condition=when("a", value="y"))
        ),
        "field.b: “y” is not an option of “a”.",
    ),
    "step under its own question": (
        step("un", question("a"), condition=when("a")),
        "step.un: The step depends on a question inside it",
    ),
    "circle": (
        step("un", question("a", condition=when("b")), question("b", condition=when("a"))),
        "field.a: The question depends on itself",
    ),
    "circle by way of an option": (
        step(
            "un",
            question("a", "choice", options=[{"value": "x"}, {"value": "y", "condition": when("b")}]),
            question("b", condition=when("a", value="x")),
        ),
        "field.a: The question depends on itself",
    ),
    "circle by way of a row": (
        step(
            "un",
            question(
                "g", "group", fields=[question("a", "integer"), question("c", condition=when("b", "gt", 3))]
            ),
            question("b", "computed", settings={"formula": {"operation": "sum", "fields": ["g.a"]}}),
        ),
        "field.g: The question depends on itself",
    ),
    "circle in a row of a group": (
        step(
            "un",
            question(
                "g",
                "group",
                fields=[question("a", condition=when("b")), question("b", condition=when("a"))],
            ),
        ),
        "field.a: The question depends on itself",
    ),
    "step that waits for two answers": (
        step("un", question("a", "choice", options=options("x", "y"))),
        step("deux", question("b"), condition={"all": [when("a", value="x"), when("a", value="y")]}),
        "step.deux: The condition of the step can never be met, so the step is never shown.",
    ),
    "step that waits for two answers, by ways round": (
        step("un", question("a", "yes_no"), question("c", "choice", options=options("x", "y", "z"))),
        step(
            "deux",
            question("b"),
            condition={
                "any": [
                    {"all": [when("a", value=True), {"all": [when("a", value=False)]}]},
                    {
                        "all": [
                            when("c", "in", ["x", "y"]),
                            {"any": [{"all": [when("c", value="z"), when("c", value="x")]}]},
                        ]
                    },
                ]
            },
        ),
        "step.deux: The condition of the step can never be met, so the step is never shown.",
    ),
    "empty step": (step("un"), "step.un: The step has no question."),
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
        "field.a.autocomplete: “shoe-size” is not known to browsers.",
    ),
    "copied into no question of the group": (
        step(
            "un",
            question("nom"),
            question(
                "g",
                "group",
                fields=[question("a")],
                settings={"copies": [{"question": "b", "source": "nom"}]},
            ),
        ),
        "field.g: “b”, which is copied, is no question of the group.",
    ),
    "group in a group": (
        step("un", question("a", "group", fields=[question("b", "group", fields=[question("c")])])),
        "field.b.type: You cannot use the type of question “group” in a group.",
    ),
}


@pytest.mark.parametrize("faulty", FAULTY.values(), ids=FAULTY.keys())
def test_problem_is_found_and_located(faulty):
    *steps, message = faulty
    found = findings_in(content(*steps))
    assert any(fault.startswith(message) for fault in found), found


@pytest.mark.parametrize(
    "condition",
    [
        {"any": [when("a", value="x"), when("a", value="y")]},
        {"all": [when("a", "in", ["x", "y"]), when("a", value="y")]},
        {"all": [when("several", "contains", "x"), when("several", "contains", "y")]},
        {"all": [when("text", value="x"), when("text", "not_equals", "y")]},
        {"all": []},
        {"any": []},
    ],
)
def test_reachable_step_is_valid(condition):
    kinds = [question("a", "choice", options=options("x", "y")), question("text")]
    kinds.append(question("several", "choices", options=options("x", "y")))
    assert findings_in(content(step("un", *kinds), step("deux", question("b"), condition=condition))) == []


def test_unreachable_question_is_a_warning():
    """Combine the condition of a step and that of its question into a contradiction."""
    never = step("deux", question("b", condition=when("a", value=False)), condition=when("a", value=True))
    made = content(step("un", question("a", "yes_no")), never)
    assert findings_in(made) == []
    assert "field.b: The condition can never be met, so this question is never asked." in findings_in(
        made, WARNING
    )


def test_pattern_without_help_text_is_a_warning():
    made = content(step("un", question("puce", settings={"pattern": "[0-9]{15}"})))
    told = "field.puce: The format of the pattern is not explained: describe it in the help text."
    assert (findings_in(made), findings_in(made, WARNING)[0]) == ([], told)
    made["texts"]["fr"]["field.puce.help"] = "Quinze chiffres."
    assert told not in findings_in(made, WARNING)


@pytest.mark.parametrize(
    ("pattern", "covering"),
    [
        (r"[^@ ]+@[^@ ]+\.[a-z]+", "E-mail address"),
        (r"\+41[0-9 ]+", "Telephone number"),
        (r"(https?://|www\.)\S+", "Web address"),
        (r"[0-9]+(\.[0-9]{1,2})?", "Number"),
        (r"[0-9]+\.[0-9]{2}", "Amount of money"),
        (r"\d{1,2}\.\d{1,2}\.\d{4}", "Date"),
        (r"[0-2][0-9]:[0-5][0-9]", "Time of day"),
        (r"756\.\d{4}\.\d{4}\.\d{2}", "AVS number"),
        (r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", "Belgian national number"),
        (r"CHE-\d{3}\.\d{3}\.\d{3}", "Company number"),
        (r"CH[0-9]{2}[0-9A-Z ]{17,22}", "IBAN"),
        (r"[A-Z]{2} ?\d{1,6}", "Vehicle plate"),
        (r"[0-9]{15}", None),
        (r"[0-9]{4}", None),
        (r".{3,}", None),
        (r"[A-Za-z -]+", None),
        (r"[\w ]+", None),
        (r"(", None),
        (r"((a+)+)+b", None),
    ],
)
def test_pattern_covered_by_a_question_type_is_a_warning(pattern, covering):
    made = content(step("un", question("a", settings={"pattern": pattern})), texts={"field.a.help": "Aide."})
    found = [one for one in findings_in(made, WARNING) if "asks for this" in one]
    told = f"field.a: A question of the type “{covering}” asks for this and explains errors."
    assert found == ([told] if covering else [])


def test_email_of_the_applicant_must_be_an_email_question():
    settings = {"team": "habitants", "days": 3, "applicant": {"name": ["a"], "email": "b"}}
    right = content(step("un", question("a"), question("b", "email")), settings=settings)
    wrong = content(step("un", question("a"), question("b")), settings=settings)
    assert findings_in(right) == []
    assert findings_in(wrong) == [
        "settings.applicant: The applicant’s “b” is not a question for an e-mail address."
    ]


def test_fees_and_applicant_must_refer_to_existing_questions():
    made = content(
        fees=[{"key": "prix", "amount": -1, "quantity": "z"}],
        settings={"team": "", "days": 3, "applicant": {"name": ["z"], "email": "z"}},
    )
    assert len(findings_in(made)) == 4
    assert findings_in(made, ABSENT) == ["settings.team: No team treats these requests."]


@pytest.mark.parametrize(
    ("counted", "fits"), [("integer", True), ("files", True), ("group", True), ("address", False)]
)
def test_fee_that_can_never_be_due_is_a_warning(counted, fits):
    inside = {"fields": [question("b")]} if counted == "group" else {}
    made = content(
        step("un", question("a", counted, **inside)), fees=[{"key": "prix", "amount": 100, "quantity": "a"}]
    )
    told = "fee.prix: The fee counts “a”, but its answer is not a number. The fee would never be due."
    assert (told in findings_in(made, WARNING)) is not fits


def test_missing_text_is_an_error_and_translation_a_warning():
    made = content()
    made["texts"]["de"] = {"title": "Gesuch"}
    assert findings_in(made) == []
    assert "field.nom.label: There is no translation into “de”." in findings_in(made, WARNING)
    del made["texts"]["fr"]["field.nom.label"]
    assert findings_in(made) == ["field.nom.label: The text is missing."]


def test_all_problems_are_reported_at_once():
    assert (
        len(
            findings_in(
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
        ({"steps": {}}, "steps: Enter a list here."),
        ({"steps": [{"key": 1, "fields": []}]}, "steps[0].key: Enter a text here."),
        ({"steps": [{"fields": []}]}, "steps[0].key: This is missing."),
        ({"colour": "red"}, "colour: This is not known."),
        ({"texts": {"de": {}}}, "texts: The texts in the form’s own language are missing."),
        (
            {"fees": [{"key": "a", "amount": 1.5}], "texts": content(fees=[{"key": "a"}])["texts"]},
            "fee.a.amount: Enter a whole number here.",
        ),
    ],
)
def test_wrong_structure_is_refused_with_path_and_reason(change, fault):
    assert findings_in(content() | change) == [fault]


SIZE = {"min_length": "three", "most": 4}


def test_structural_problems_hide_no_others():
    made = content(
        step("un", question("a", settings=SIZE, required="yes"), question("b", condition=when("z"))),
        step("deux", question("c", "choice", options=[])),
    )
    assert findings_in(made) == [
        "field.a.required: Enter true or false here.",
        "field.a.settings.min_length: Enter a whole number here.",
        "field.a.settings.most: This is not known.",
        "field.b: The condition looks at “z”, which is not asked.",
        "field.c: There are no options to choose from.",
    ]


def test_unreadable_question_causes_no_further_errors():
    made = content(
        step("un", question("a", "telepathy"), question("b", condition=when("a"))),
        step("deux", question("c", "choice", options=[{"value": "x", "label": "X"}])),
        settings={"team": "habitants", "applicant": {"name": ["a"]}},
    )
    assert findings_in(made) == [
        "field.a.type: “telepathy” is not a type of question.",
        "field.c.options[0].label: This is not known.",
    ]


def test_condition_error_is_located_within_the_condition():
    rows = [
        {"field": "a", "operator": "resembles", "value": 1},
        when("a", value={"question": "a"}),
        {"field": "a"},
    ]
    made = content(step("un", question("a"), question("b", condition={"any": [{"all": rows}]})))
    assert findings_in(made) == [
        "field.b.condition.any[0].all[0].operator: “resembles” is not a comparison.",
        "field.b.condition.any[0].all[1].value: Enter a constant, a list of constants, or another question here.",
        "field.b.condition.any[0].all[2].operator: This is missing.",
    ]


def test_too_deeply_nested_condition_is_refused():
    deep = when("a")
    for _ in range(21):
        deep = {"all": [deep]}
    made = content(step("un", question("a"), question("b", condition=deep)))
    assert [fault.endswith("The condition is nested too deeply.") for fault in findings_in(made)] == [True]
    made["steps"][0]["fields"][1]["condition"] = deep["all"][0]
    assert findings_in(made) == []


def test_unsuitable_comparison_is_a_warning():
    made = content(step("un", question("a"), question("b", condition=when("a", "before", "today"))))
    assert "field.b: The comparison does not fit “a”." in findings_in(made, WARNING)
    assert findings_in(made) == []


def test_attribute_that_a_type_lacks_is_refused():
    made = content(step("un", question("a"), question("b", "static_text", required=True, prefill="x")))
    assert findings_in(made) == [
        "field.b.required: A question of this type has no “required”.",
        "field.b.prefill: A question of this type has no “prefill”.",
    ]


def test_texts_without_a_place_are_refused():
    made = content(step("un", question("a"), question("b", "static_text")))
    made["texts"]["fr"] |= {"field.z.label": "Z", "field.b.help": "B", "check.z": "Z", "poem": "P"}
    made["texts"]["de"] = {"title": "Gesuch", "field.a.help": "Hilfe"}
    refused = findings_in(made)
    assert refused == ["texts.fr.poem: A form has no text with this name."]
    del made["texts"]["fr"]["poem"]
    assert findings_in(made) == [
        "field.z.label: The form has no such text.",
        "field.b.help: The form has no such text.",
        "check.z: The form has no such text.",
        "field.a.help: The form’s own language has no such text.",
    ]


def test_texts_are_limited_to_the_length_for_editors():
    made = content(texts={"step.qui.title": "x" * 101, "field.nom.label": "\x00"})
    assert findings_in(made) == [
        "texts.fr.step.qui.title: This is too long: at most 100 characters.",
        "texts.fr.field.nom.label: Enter a text here.",
    ]


# -- Properties
SOUND = content(step("tout", *EVERY_TYPE), fees=[{"key": "prix", "amount": 1}])


@given(offered=any_json)
def test_any_json_is_refused_and_never_raises(offered):
    assert all(isinstance(fault, DefinitionFault) for fault in lint_definition(offered))


@hypothesis_settings(deadline=None)
@given(path=st.sampled_from(list(places(SOUND))), new=any_json)
def test_valid_form_with_any_change_never_raises(path, new):
    assert all(isinstance(fault, DefinitionFault) for fault in lint_definition(replaced(SOUND, path, new)))


@pytest.mark.parametrize("field", EVERY_TYPE, ids=lambda field: field["type"])
def test_comparisons_not_offered_by_the_editor_are_warnings(field):
    """Compare the linter with what the editor's picker offers."""
    offered = condition_vocabulary()["comparisons"].get(field_types[field["type"]].compares, [])
    for operator in OPERATORS:
        made = content(step("un", field, question("b", condition=when(field["key"], operator, "a"))))
        pointed_out = f"field.b: The comparison does not fit “{field['key']}”." in findings_in(made, WARNING)
        assert pointed_out is (operator not in {name for name, *_words in offered}), operator


def test_documentation_names_every_type_and_operator():
    text = (Path(settings.BASE_DIR) / "docs/service-definition.md").read_text()
    for name in [*(kind.key for kind in field_types), *OPERATORS]:
        assert f"`{name}`" in text


@pytest.mark.parametrize(
    ("asked", "condition", "warned"),
    [
        ({}, when("a", "gt", 1), ["a"]),
        ({"required": True}, when("a", "gt", 1), []),
        ({}, {"any": [when("a", "empty"), when("a", "gt", 1)]}, []),
        ({"required": True}, when("a", "gt", {"field": "b"}), ["b"]),
    ],
    ids=["optional", "required", "cared for", "compared with an optional one"],
)
def test_rule_over_an_optional_question_is_a_warning(asked, condition, warned):
    fields = [question("a", "integer", **asked), question("b", "integer")]
    made = content(step("un", *fields, checks=[{"key": "c", "condition": condition}]))
    told = [
        f"check.c: The check is not made while the optional question “{key}” has no answer." for key in warned
    ]
    assert [one for one in findings_in(made, WARNING) if one.startswith("check.c")] == told


@pytest.mark.parametrize("pattern", ["[0-9]{4}", "[0-9]+", "[0-9]{1,3}[a-z]?"])
def test_postcode_or_house_number_pattern_needs_no_other_type(pattern):
    made = content(step("un", question("npa", settings={"pattern": pattern})))
    assert [one for one in findings_in(made, WARNING) if "of the type" in one] == []


def test_names_on_form_pages_are_no_keys_of_questions():
    folder = Path(settings.BASE_DIR) / "templates"
    pages = [*folder.glob("formbuilder/fields/*.html"), *folder.glob("submissions/*.html")]
    pages += [folder / "formbuilder/stored.html", folder / "components/trap.html"]
    elsewhere = folder / "submissions/later.html"  # a form of its own
    names = {name for path in pages if path != elsewhere for name in NAMED.findall(path.read_text())}
    assert {"back", "later", "add_row", "remove_file", "website"} <= names
    assert sorted(names - RESERVED_KEYS) == []
