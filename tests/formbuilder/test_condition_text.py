"""Conditions as sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eservices.formbuilder.condition_text import condition_text
from tests.factories.formbuilder import definition, options, question, step, when

FORM = definition(
    step(
        "logement",
        question("genre", "choice", options=options("loue", "achete")),
        question("enfants", "yes_no"),
        question("pieces", "integer"),
        question("naissance", "date"),
        question("arrivee", "date"),
    ),
    texts={
        "field.genre.label": "Type de logement",
        "option.genre.loue": "Location",
        "option.genre.achete": "Propriété",
        "field.naissance.label": "Date de naissance",
        "field.arrivee.label": "Arrivée",
    },
)


def condition_as_text(condition, language: str = "en") -> str:
    return condition_text(condition, FORM, language)


def test_missing_condition_has_no_text():
    assert condition_as_text(None) == ""


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (when("genre", value="loue"), "“Type de logement” is “Location”"),
        (when("genre", "in", ["loue", "achete"]), "“Type de logement” is “Location” or “Propriété”"),
        (when("genre", "filled"), "“Type de logement” is answered"),
        (when("enfants", value=True), "“enfants” is “Yes”"),
        (when("enfants", value="false"), "“enfants” is “No”"),
        (when("pieces", "gte", 3), "“pieces” is at least 3"),
        (when("naissance", "age_gte", 18), "the age by “Date de naissance” is at least 18 years"),
        (when("arrivee", "before", "today"), "“Arrivée” is before today"),
        (when("arrivee", "after", "+30d"), "“Arrivée” is after 30 days after today"),
        (when("arrivee", "before", "-1w"), "“Arrivée” is before 1 week before today"),
        (when("arrivee", "after", {"field": "naissance"}), "“Arrivée” is after “Date de naissance”"),
        (when("disparu", value="x"), "“disparu” is “x”"),
    ],
)
def test_comparison_names_the_question_and_the_answer(condition, words):
    assert condition_as_text(condition) == words


def test_nested_conditions_are_in_brackets():
    condition = {
        "all": [when("pieces", "gt", 2), {"any": [when("enfants", value=True), when("genre", "empty")]}]
    }
    assert condition_as_text(condition) == (
        "“pieces” is more than 2, and (“enfants” is “Yes”, or “Type de logement” is not answered)"
    )


def test_single_condition_in_a_list_has_no_brackets():
    inside = {"any": [when("pieces", "lt", 2), when("pieces", "gt", 4)]}
    assert condition_as_text({"all": [inside]}) == condition_as_text(inside)


def test_dates_are_formatted_in_the_language():
    assert "31. Januar 2027" in condition_as_text(when("arrivee", "before", "2027-01-31"), "de")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "field", "operator", "value"]) | st.text(max_size=3),
            inside,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_condition_has_a_text(condition):
    assert isinstance(condition_as_text(condition), str)
