"""Differences between two versions, in words and complete."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.version_diff import ADDED, CHANGED, MOVED, REMOVED, find_changes
from tests.factories.formbuilder import content, options, question, step, when

BEFORE = content(
    step(
        "logement",
        question("genre", "choice", required=True, options=options("loue", "achete")),
        question("bailleur", condition=when("genre", value="loue")),
        question("pieces", "integer", settings={"max": 9}),
    ),
    step("contact", question("courriel", "email"), question("tel", "phone")),
    fees=[{"key": "prix", "amount": 1500}],
    stages=[{"key": "decision", "type": "decision", "settings": {"format": 1}}],
    texts={
        "field.genre.label": "Type de logement",
        "option.genre.loue": "Location",
        "option.genre.achete": "Propriété",
        "step.contact.title": "Contact",
        "stage.decision": "Contrôle",
    },
)


def found(change) -> list:
    """Return the differences after ``change(content)``."""
    after = deepcopy(BEFORE)
    change(after)
    return find_changes(FormDefinition(BEFORE), FormDefinition(after), "fr")


def only(change):
    (one,) = found(change)
    return one


def test_same_form_has_no_difference():
    assert found(lambda form: None) == []


def test_added_question_names_its_step():
    def add(form):
        form["steps"][1]["fields"].append(question("langue"))
        form["texts"]["fr"]["field.langue.label"] = "Langue préférée"

    change = only(add)
    assert (change.verb, change.kind, change.title, change.after) == (
        ADDED,
        "field",
        "Langue préférée",
        "Contact",
    )


def test_removed_question_names_its_step():
    change = only(lambda form: form["steps"][1]["fields"].pop())
    assert (change.verb, change.kind, change.key, change.before) == (REMOVED, "field", "tel", "Contact")


def test_removed_step_includes_its_questions():
    verbs = {(one.verb, one.kind, one.key) for one in found(lambda form: form["steps"].pop())}
    assert verbs == {(REMOVED, "step", "contact"), (REMOVED, "field", "courriel"), (REMOVED, "field", "tel")}


def test_question_in_another_step_is_moved_not_removed():
    change = only(lambda form: form["steps"][0]["fields"].append(form["steps"][1]["fields"].pop()))
    assert (change.verb, change.key, change.before, change.after) == (MOVED, "tel", "Contact", "logement")


def test_only_the_moved_step_is_named():
    def last_first(form):
        form["steps"].insert(0, form["steps"].pop())

    assert [one.verb for one in found(last_first)] == [MOVED]


def test_questions_after_an_added_one_have_not_moved():
    assert [one.verb for one in found(lambda form: form["steps"][0]["fields"].insert(0, question("un")))] == [
        ADDED
    ]


def test_changed_condition_is_in_words():
    def change(form):
        form["steps"][0]["fields"][1]["condition"] = when("genre", value="achete")

    one = only(change)
    assert one.verb == CHANGED
    assert "Type de logement" in one.before
    assert "Location" in one.before
    assert "Propriété" in one.after


def test_removed_condition_has_nothing_after():
    change = only(lambda form: form["steps"][0]["fields"][1].pop("condition"))
    assert change.before
    assert change.after == ""


def test_options_are_named_by_their_labels():
    change = only(lambda form: form["steps"][0]["fields"][0]["options"].pop())
    assert (change.verb, change.kind, change.title, change.before) == (
        REMOVED,
        "option",
        "Propriété",
        "Type de logement",
    )


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (lambda form: form["fees"][0].update(amount=2000), "CHF 15.00", "CHF 20.00"),
        (lambda form: form["steps"][1]["fields"][0].update(required=True), "Non", "Oui"),
        (lambda form: form["steps"][0]["fields"][2]["settings"].update(max=12), "9", "12"),
        (lambda form: form["settings"].update(days=10), "3", "10"),
        (lambda form: form["stages"][0].update(type="notify"), "decision", "notify"),
    ],
)
def test_change_has_values_before_and_after(change, before, after):
    one = only(change)
    assert (one.verb, one.before, one.after) == (CHANGED, before, after)


def test_texts_are_compared_in_every_language():
    def translate(form):
        form["texts"]["fr"]["field.genre.label"] = "Genre de logement"
        form["texts"]["de"] = {"field.genre.label": "Wohnungsart"}

    said = {(one.language, one.before, one.after) for one in found(translate)}
    assert said == {("fr", "Type de logement", "Genre de logement"), ("de", "", "Wohnungsart")}


def test_title_of_the_form_is_a_text():
    change = only(lambda form: form["texts"]["fr"].update(title="Annonce"))
    assert (change.kind, change.before, change.after) == ("form", "Demande", "Annonce")


# -- Properties ----------------------------------------------------------------------------------------------
KEYS = st.sampled_from(["a", "b", "c", "d"])
CONDITIONS = st.one_of(st.none(), st.builds(when, KEYS, st.just("equals"), st.sampled_from(["oui", "non"])))
WORDS = st.text("xyz", min_size=1, max_size=3)


@st.composite
def definitions(draw):
    """Draw small forms with unique keys, as the linter requires, and without default values."""
    steps, names = [], iter("abcdefghij")
    for number in range(draw(st.integers(1, 3))):
        asked = []
        for _count in range(draw(st.integers(0, 2))):
            one = question(next(names), draw(st.sampled_from(["short_text", "date"])))
            asked.append(one | _given(draw, condition=CONDITIONS, required=st.sampled_from([None, True])))
        steps.append(step(f"s{number}", *asked) | _given(draw, condition=CONDITIONS))
    steps = draw(st.permutations(steps))
    amounts = draw(st.lists(st.integers(0, 9), max_size=2))
    stages = draw(st.lists(st.sampled_from(["decision", "notify"]), max_size=2))
    return content(
        *steps,
        fees=[{"key": f"f{n}", "amount": amount} for n, amount in enumerate(amounts)],
        stages=[{"key": f"g{n}", "type": kind} for n, kind in enumerate(stages)],
        texts={"title": draw(WORDS)},
        slug=draw(WORDS),
        settings={"team": draw(WORDS), "days": draw(st.integers(1, 3))},
    )


def _given(draw, **strategies) -> dict:
    drawn = {name: draw(strategy) for name, strategy in strategies.items()}
    return {name: value for name, value in drawn.items() if value is not None}


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_form_never_differs_from_itself(form):
    assert find_changes(FormDefinition(form), FormDefinition(deepcopy(form)), "fr") == []


@settings(max_examples=60, deadline=None)
@given(definitions(), definitions())
def test_different_forms_always_have_a_difference(one, other):
    assert bool(find_changes(FormDefinition(one), FormDefinition(other), "fr")) == (one != other)


@settings(max_examples=60, deadline=None)
@given(definitions(), st.data())
def test_change_of_a_part_is_reported_for_that_part(form, data):
    part = data.draw(st.sampled_from(["steps", "fees", "stages", "settings", "slug", "texts"]))
    other = data.draw(definitions())
    changed = form | {part: other[part]}
    told = {one.kind for one in find_changes(FormDefinition(form), FormDefinition(changed), "fr")}
    kinds = {"steps": {"step", "field"}, "fees": {"fee"}, "stages": {"stage"}}
    assert bool(told) == (form != changed)
    assert told - {"text", "form"} <= kinds.get(part, {"field", "step", "fee"} if part == "texts" else set())
