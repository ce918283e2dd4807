"""Question types: typed, stored, shown and exported answers; none of them fails on any JSON."""

from dataclasses import dataclass, field

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wagtail.admin.icons import get_icons

from eservices.formbuilder.blocks import KeysBlock, field_value
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.field_types import (
    MASK,
    answer_columns,
    answer_text,
    answer_text_unless_secret,
    answer_typos,
    field_types,
)
from eservices.formbuilder.forms import StepForm, answers_as_posted
from eservices.formbuilder.linter import lint_definition, publication_errors
from tests.factories.formbuilder import content, definition, options, question, step
from tests.support.html_forms import inputs

DAY = "2026-11-24"  # a Tuesday


@pytest.fixture(autouse=True)
def _english():
    with override("en"), time_machine.travel(DAY):
        yield


@dataclass(frozen=True)
class Example:
    """An input to a question of ``type``, and its expected results.

    ``words``: the text in English.
    """

    type: str
    typed: dict
    answer: object
    words: str
    columns: dict
    more: dict = field(default_factory=dict)

    @property
    def form(self) -> FormDefinition:
        return definition(step("un", question("q", self.type, required=True, **self.more)))


def example(type, typed, answer, words, columns=None, **more) -> Example:
    typed = {f"q-{part}": text for part, text in typed.items()} if isinstance(typed, dict) else {"q": typed}
    return Example(type, typed, answer, words, {"q": answer} if columns is None else columns, more)


def dated(name: str, day: str, month: str, year: str) -> dict:
    return {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}


SPAN = dated("from", "1", "12", "2026") | dated("to", "5", "12", "2026")
HOUSE = {
    "street": "Rue des Vignes",
    "number": "12A",
    "extra": "c/o Rochat",
    "postcode": "1199",
    "town": "Orvenay",
}
LEA = {"first_name": "Léa", "last_name": "Rochat"}
NO_PERSON = {"q.salutation": "", "q.first_name": "", "q.last_name": "", "q.born": "", "q.nationality": ""}
ALL = {"settings": {"more": ["nationality", "salutation", "born"]}}
EXAMPLES = [
    example("short_text", "Orvenay", "Orvenay", "Orvenay"),
    example("long_text", "un\ndeux", "un\ndeux", "un\ndeux"),
    example("email", "a@courriel.example", "a@courriel.example", "a@courriel.example"),
    example("phone", "079 123 45 67", "+41791234567", "079 123 45 67"),
    example("url", "orvenay.example", "https://orvenay.example", "https://orvenay.example"),
    example("integer", "1'200", 1200, "1,200"),
    example("decimal", "1234,5", "1234.5", "1,234.5"),
    example("money", "CHF 12.–", "12.00", "CHF\N{NO-BREAK SPACE}12.–"),
    example("yes_no", "false", False, "No"),
    example("choice", "b", "b", "b", options=options("a", "b")),
    example("choices", ["a", "b"], ["a", "b"], "a, b", {"q": "a, b"}, options=options("a", "b")),
    example("consent", "on", True, "Yes"),
    example("date", {"day": "4", "month": "6", "year": "1986"}, "1986-06-04", "4 June 1986"),
    example("date", {"day": "4.", "month": "juin", "year": "86"}, "1986-06-04", "4 June 1986"),
    example("date", {"day": "4. Juni 1986"}, "1986-06-04", "4 June 1986"),
    example(
        "date_range",
        SPAN,
        {"from": "2026-12-01", "to": "2026-12-05"},
        "from 1 December 2026 to 5 December 2026",
        {"q.from": "2026-12-01", "q.to": "2026-12-05"},
    ),
    example("time", "14h30", "14:30", "14:30"),
    example(
        "address",
        HOUSE,
        HOUSE,
        "c/o Rochat, Rue des Vignes 12A, 1199 Orvenay",
        {f"q.{k}": v for k, v in HOUSE.items()},
    ),
    example(
        "map_point",
        {"lat": "46,39", "lon": "6.48123449"},
        {"lat": 46.39, "lon": 6.481234},
        "46.390000, 6.481234",
        {"q.address": "", "q.lat": 46.39, "q.lon": 6.481234},
    ),
    example(
        "map_point",
        {"address": "Au port", "lat": "46.39", "lon": "-6"},
        {"address": "Au port", "lat": 46.39, "lon": -6.0},
        "Au port (46.390000, -6.000000)",
        {"q.address": "Au port", "q.lat": 46.39, "q.lon": -6.0},
    ),
    example(
        "map_point",
        {"address": "Au port"},
        {"address": "Au port"},
        "Au port",
        {"q.address": "Au port", "q.lat": "", "q.lon": ""},
    ),
    example("person", LEA, LEA, "Léa Rochat", NO_PERSON | {"q.first_name": "Léa", "q.last_name": "Rochat"}),
    example(
        "person",
        LEA | dated("born", "4", "6", "1986") | {"salutation": "mrs", "nationality": "BE"},
        LEA | {"salutation": "mrs", "born": "1986-06-04", "nationality": "BE"},
        "Mrs Léa Rochat, 4 June 1986, Belgium",
        {
            "q.salutation": "mrs",
            "q.first_name": "Léa",
            "q.last_name": "Rochat",
            "q.born": "1986-06-04",
            "q.nationality": "BE",
        },
        **ALL,
    ),
    example("country", "PT", "PT", "Portugal", {"q": "Portugal"}),
    example("avs", "7569217076985", "756.9217.0769.85", "756.9217.0769.85"),
    example("nrn", "85 07 30 033 28", "85.07.30-033.28", "85.07.30-033.28"),
    example("nrn", "98472899765", "98.47.28-997.65", "98.47.28-997.65"),
    example("matricule", "1893 1201 057 32", "1893120105732", "1893 1201 05732"),
    example("company", "che 100 155 212 TVA", "CHE-100.155.212", "CHE-100.155.212"),
    example("company", "BE 403.019.261", "0403.019.261", "0403.019.261", settings={"country": "BE"}),
    example("company", "150 274 42", "LU15027442", "LU15027442", settings={"country": "LU"}),
    example("iban", "ch93 0076 2011 6238 5295 7", "CH9300762011623852957", "CH93 0076 2011 6238 5295 7"),
    # Of a bank that lists of Belgian banks do not have; its check digits are correct.
    example("iban", "BE71 0961 2345 6769", "BE71096123456769", "BE71 0961 2345 6769"),
    example("plate", "vd123456", "VD 123456", "VD 123456"),
    example("microchip", "756-098100.123 456", "756098100123456", "756 0981 0012 3456"),
    example("microchip", "250268500123456", "250268500123456", "250 2685 0012 3456"),  # France
    example("microchip", "941000012345678", "941000012345678", "941 0000 1234 5678"),  # a manufacturer
]


def filled(one: Example) -> StepForm:
    return StepForm(one.form, one.form.steps[0], "fr", {}, data=one.typed, files={})


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: f"{one.type} {one.answer}")
class TestAnswers:
    def test_typed_input_is_stored(self, one):
        form = filled(one)
        assert form.is_valid(), form.errors
        assert form.cleaned_answers == {"q": one.answer}

    def test_stored_answer_can_be_posted_again(self, one):
        data = answers_as_posted(one.form.steps[0], {"q": one.answer})
        form = StepForm(one.form, one.form.steps[0], "fr", {}, data=data, files={})
        assert form.is_valid(), form.errors
        assert form.cleaned_answers == {"q": one.answer}

    def test_stored_answer_is_shown_in_the_form_again(self, one):
        form = StepForm(one.form, one.form.steps[0], "fr", {"q": one.answer})
        again = {name: text for name, text in inputs(str(form.questions[0])).items() if text}
        stored = {
            name: [*map(str, texts)]
            for name, texts in answers_as_posted(one.form.steps[0], {"q": one.answer}).lists()
        }
        assert again == {name: texts for name, texts in stored.items() if texts != [""]}

    def test_stored_answer_has_a_readable_text(self, one):
        assert answer_text(one.form.fields["q"], one.answer, one.form, "en") == one.words

    def test_stored_answer_fills_columns(self, one):
        asked = one.form.fields["q"]
        assert answer_columns(asked, one.answer, one.form, "fr") == one.columns
        assert list(answer_columns(asked, None, one.form, "fr")) == list(one.columns)


def test_every_type_has_an_example():
    typed = {kind.key for kind in field_types if kind.form_class}
    elsewhere = {"files", "booking"}  # uploads; and database rows: tests/bookings
    assert typed - elsewhere == {one.type for one in EXAMPLES}


# -- Refused -------------------------------------------------------------------------------------------------
REFUSED = [
    ("date_range", {}, "", "Enter the first and the last day"),
    ("date_range", dated("from", "1", "12", "2026"), "to_day", "Add the last day"),
    ("date_range", dated("to", "1", "12", "2026"), "from_day", "Add the first day"),
    ("date_range", SPAN | {"from_day": "9"}, "to_day", "before the first"),
    ("date_range", SPAN | {"to_day": "11"}, "to_day", "These are 11 days; at most 10"),
    ("date_range", SPAN | {"to_year": "202"}, "to_year", "four digits"),
    ("date", {"day": "4"}, "month", "Add the month"),
    ("date", {"day": "4 6"}, "day", "for example 2.12.1980"),
    ("date", {"day": "31.2.1986"}, "day", "for example 2.12.1980"),
    ("date", {"day": "4", "month": "jui", "year": "1986"}, "month", "Add the month"),  # June or July
    ("date", {"day": "x", "month": "6", "year": "1986"}, "day", "Add the day"),
    ("date_range", SPAN | {"from_month": "10"}, "from_day", "earliest possible day is 24 November 2026"),
    ("map_point", {}, "", "Enter the place"),
    ("map_point", {"lat": "46.39"}, "lon", "two numbers"),
    ("map_point", {"lat": "91", "lon": "6"}, "lat", "between -90 and 90"),
    ("map_point", {"lat": "46", "lon": "est"}, "lon", "between -180 and 180"),
    ("map_point", {"address": "x" * 201}, "address", "at most 200"),
    ("person", {}, "", "Enter the first and the last name"),
    ("person", {"first_name": "Léa"}, "last_name", "Add the last name"),
    ("person", {"last_name": "Rochat"}, "first_name", "Add the first name"),
    ("person", LEA, "born_day", "Add the date of birth"),
    ("person", LEA | dated("born", "31", "2", "1986"), "born_day", "does not exist"),
    ("person", LEA | dated("born", "4", "6", "2030"), "born_year", "in the past"),
    ("person", LEA | dated("born", "4", "6", "1986"), "nationality", "Choose the nationality"),
    (
        "person",
        LEA | dated("born", "4", "6", "1986") | {"nationality": "XX"},
        "nationality",
        "Choose the nationality",
    ),
    ("person", LEA | {"salutation": "dr"}, "salutation", "Choose one of the answers"),
    ("person", LEA | {"first_name": "x" * 101}, "first_name", "at most 100"),
]
SETTINGS = {
    "date_range": {"min": "today", "longest": 10},
    "person": {"more": ["salutation", "born", "nationality"]},
    "company": {"country": "CH"},
}


@pytest.mark.parametrize(("kind", "typed", "part", "message"), REFUSED)
def test_error_in_a_part_links_to_the_part(kind, typed, part, message):
    form = definition(step("un", question("q", kind, required=True, settings=SETTINGS.get(kind, {}))))
    filled = StepForm(
        form, form.steps[0], "fr", {}, data={f"q-{name}": text for name, text in typed.items()}, files={}
    )
    (error,) = filled.error_summary
    assert message in error["message"]
    assert error["target"] == (f"id_q-{part}" if part else f"id_q-{filled.questions[0].inputs[0].name}")
    assert f'id="{error["target"]}"' in str(filled.questions[0])


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("nrn", "85.07.30-033.29", "A digit is wrong"),
        ("nrn", "85.07.30-033", "There are 9 digits, 11 are needed"),
        ("matricule", "1893120105733", "A digit is wrong"),  # Verhoeff's
        ("matricule", "1893120105742", "A digit is wrong"),  # Luhn's
        ("matricule", "1893130105731", "A digit is wrong"),  # there is no 13th month
        ("matricule", "18931201", "There are 8 digits, 13 are needed"),
        ("microchip", "7560981001234", "There are 13 digits, 15 are needed"),
        ("microchip", "757098100123456", "starts with 756"),
        ("company", "CHE-100.155.213", "This is not a UID"),
        ("company", "0403.019.261", "This is not a UID"),
        ("company", "Boulangerie du Port", "This is not a UID"),
    ],
)
def test_number_with_a_wrong_digit_is_refused(kind, text, message):
    form = definition(step("un", question("q", kind, required=True, settings=SETTINGS.get(kind, {}))))
    filled = StepForm(form, form.steps[0], "fr", {}, data={"q": text}, files={})
    (error,) = filled.error_summary
    assert message in error["message"]


# -- Days counted from today ---------------------------------------------------------------------------------
@pytest.mark.django_db  # the days on which the commune is closed
@pytest.mark.parametrize(
    ("limits", "accepted", "refused"),
    [
        ({"min": "+3wd"}, "27.11.2026", "26.11.2026"),
        ({"min": "+4wd"}, "30.11.2026", "29.11.2026"),  # over a weekend
        ({"max": "+23wd"}, "28.12.2026", "29.12.2026"),  # over Christmas
        ({"min": "-2wd"}, "20.11.2026", "19.11.2026"),
    ],
)
def test_limit_can_count_working_days(limits, accepted, refused):
    form = definition(step("un", question("q", "date", settings=limits)))
    for day, right in ((accepted, True), (refused, False)):
        data = dict(zip(("q-day", "q-month", "q-year"), day.split("."), strict=True))
        assert StepForm(form, form.steps[0], "fr", {}, data=data, files={}).is_valid() is right


# -- Computed ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("operation", "answers", "more", "words"),
    [
        ("sum", {"a": 2, "b": "1.5"}, {}, "3,5"),
        ("sum", {"a": 2, "b": "1.5"}, {"money": True}, "CHF\N{NO-BREAK SPACE}3.50"),
        ("product", {"a": 2, "b": "1.5"}, {}, "3"),
        ("difference", {"a": "2026-12-05", "b": "2026-12-01"}, {}, "4"),
        ("count", {"a": ["x", "y"], "b": None}, {}, "2"),
        ("concat", {"a": "Léa", "b": "Rochat"}, {}, "Léa Rochat"),
        ("product", {"a": 2}, {}, ""),
    ],
)
def test_computed_answer_is_shown_and_cannot_be_typed(operation, answers, more, words):
    formula = {"operation": operation, "fields": ["a", "b"]}
    fields = [question("a"), question("b"), question("q", "computed", settings={"formula": formula} | more)]
    form = definition(step("un", *fields))
    shown = StepForm(form, form.steps[0], "fr", answers)
    assert f">{words or '–'}</output>" in str(shown.questions[2])
    assert 'name="q"' not in str(shown.questions[2])
    assert answer_text(form.fields["q"], shown.seen.get("q"), form, "fr") == words


def test_posted_value_of_a_computed_answer_is_ignored():
    formula = {"operation": "sum", "fields": ["a"]}
    form = definition(
        step("un", question("a", "integer"), question("q", "computed", settings={"formula": formula}))
    )
    filled = StepForm(form, form.steps[0], "fr", {}, data={"a": "2", "q": "99"}, files={})
    assert filled.is_valid()
    assert filled.cleaned_answers == {"a": 2, "q": "2"}


# -- Groups --------------------------------------------------------------------------------------------------
def test_group_accepts_dates_addresses_and_persons():
    inner = [
        question("jour", "date", required=True),
        question("ou", "address", required=True),
        question("qui", "person", required=True, settings={"more": ["born"]}),
        question("sejour", "date_range"),
    ]
    form = definition(step("un", question("g", "group", fields=inner)))
    row = {
        "jour": "2026-12-01",
        "ou": {"street": "Rue du Lac", "postcode": "1199", "town": "Orvenay"},
        "qui": LEA | {"born": "1986-06-04"},
        "sejour": {"from": "2026-12-01", "to": "2026-12-02"},
    }
    data = answers_as_posted(form.steps[0], {"g": [row]})
    filled = StepForm(form, form.steps[0], "fr", {}, data=data, files={})
    assert filled.is_valid(), filled.error_summary
    assert filled.cleaned_answers == {"g": [row]}
    del data["g-0-qui-born_year"]
    refused = StepForm(form, form.steps[0], "fr", {}, data=data, files={})
    assert [error["target"] for error in refused.error_summary] == ["id_g-0-qui-born_year"]


# -- Secrets -------------------------------------------------------------------------------------------------
def test_secret_answer_is_masked_in_lists_and_exports():
    form = definition(step("un", question("q", "person", secret=True), question("r", "avs")))
    secret, plain = form.fields["q"], form.fields["r"]
    assert answer_text_unless_secret(secret, LEA, form, "fr") == MASK
    assert answer_text_unless_secret(secret, None, form, "fr") == ""
    assert answer_text_unless_secret(plain, "756.9217.0769.85", form, "fr") == "756.9217.0769.85"
    assert "Rochat" not in str(answer_columns(secret, LEA, form, "fr"))
    assert list(answer_columns(secret, LEA, form, "fr")) == list(NO_PERSON)


def test_secret_answers_in_rows_are_masked():
    inner = [
        question("age", "integer"),
        question("aide", "yes_no", secret=True),
        question("soins", "choices", secret=True, options=options("a", "b")),
        question("compte", "iban", secret=True),
    ]
    form = definition(step("un", question("g", "group", fields=inner)))
    answer = [{"age": 3, "aide": True, "soins": ["a", "b"], "compte": "CH9300762011623852957"}, {"age": 4}]
    words = f"No. 1\nage: 3\naide: {MASK}\nsoins: {MASK}\ncompte: {MASK}\nNo. 2\nage: 4"
    assert answer_text_unless_secret(form.fields["g"], answer, form, "en") == words
    assert answer_columns(form.fields["g"], answer, form, "en") == {"g": words}


def test_open_answers_leave_out_secrets_in_rows():
    inner = [question("age"), question("diagnostic", secret=True)]
    form = definition(step("un", question("q", secret=True), question("g", "group", fields=inner)))
    answers = {"q": "x", "g": [{"age": "3", "diagnostic": "y"}], "parti": 1}
    assert form.open_answers(answers) == {"g": [{"age": "3"}], "parti": 1}


# -- Editors -------------------------------------------------------------------------------------------------
FAULTY = {
    "limits crossed": (question("q", "date", settings={"min": "+2d", "max": "+1d"}), "earliest day is after"),
    "no such limit": (question("q", "date_range", settings={"max": "demain"}), "“demain” is not a date"),
    "no such country": (question("q", "company", settings={"country": "FR"}), ""),
    "no formula": (question("q", "computed"), "has no operation"),
    "nothing to compute": (
        question("q", "computed", settings={"formula": {"operation": "sum", "fields": []}}),
        "names no question",
    ),
    "computed from what is not asked": (
        question("q", "computed", settings={"formula": {"operation": "sum", "fields": ["z"]}}),
        "“z”, which is not asked before it",
    ),
    "computed from itself": (
        question("q", "computed", settings={"formula": {"operation": "sum", "fields": ["q"]}}),
        "“q”, which is not asked before it",
    ),
    "more than there is": (
        question("q", "choices", options=options("a"), settings={"min": 2}),
        "more answers are demanded",
    ),
    "rows crossed": (
        question("q", "group", fields=[question("r")], settings={"min": 3, "max": 2}),
        "least is above the most",
    ),
    "files in a group": (question("q", "group", fields=[question("r", "files")]), ""),
}


@pytest.mark.parametrize(("faulty", "message"), FAULTY.values(), ids=FAULTY.keys())
def test_settings_that_would_fail_an_applicant_are_refused(faulty, message):
    found = [str(fault) for fault in publication_errors(content(step("un", question("a"), faulty)))]
    assert found
    assert any(message in fault.lower() for fault in found), found


def test_searchable_secret_question_is_a_warning():
    made = content(step("un", question("q", secret=True, searchable=True)))
    assert publication_errors(made) == []
    assert "field.q: A search does not find a secret answer." in map(str, lint_definition(made))


def test_formula_can_refer_to_a_group_before_it():
    children = question("enfants", "group", fields=[question("age", "integer")])
    formula = {"operation": "sum", "fields": ["enfants.age"]}
    total = question("q", "computed", settings={"formula": formula})
    assert publication_errors(content(step("un", children, total))) == []
    assert publication_errors(content(step("un", total, children))) != []


def test_questions_of_a_formula_are_a_list():
    block = KeysBlock()
    posted = block.value_from_datadict({"f": " prenom, enfants.age ,"}, {}, "f")
    assert posted == block.clean(posted) == ["prenom", "enfants.age"]
    assert block.get_form_state(posted) == "prenom, enfants.age"
    with pytest.raises(ValidationError):
        block.clean([])


@pytest.mark.parametrize("kind", list(field_types), ids=lambda kind: kind.key)
def test_question_type_has_a_preview_for_editors(kind):
    block = kind.block()
    assert block.is_previewable
    assert kind.says
    value = block.get_preview_value()
    context = block.get_preview_context(value)
    page = render_to_string(block.get_preview_template(value, context), context)
    assert str(kind.label) in page


# -- Properties ----------------------------------------------------------------------------------------------
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
keys = st.text(max_size=5) | st.sampled_from(
    ["from", "to", "lat", "lon", "born", "nationality", "salutation", "name"]
)
json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4)
)


def test_every_type_has_an_existing_icon():
    drawn = get_icons()
    assert not [kind.key for kind in field_types if f'id="icon-{kind.icon}"' not in drawn]


kinds = st.sampled_from([kind.key for kind in field_types])
setting = st.dictionaries(
    st.sampled_from(["min", "max", "longest", "more", "country", "formula", "accept", "pattern", "look"]),
    json,
)


@hypothesis_settings(deadline=None, max_examples=150)
@given(kind=kinds, answer=json, given_settings=setting, secret=st.booleans())
def test_any_json_answer_is_shown_exported_and_asked_again(kind, answer, given_settings, secret):
    asked = question("q", kind, settings=given_settings, secret=secret, options=options("a"), fields=[])
    form = definition(step("un", asked))
    assert isinstance(answer_text(form.fields["q"], answer, form, "fr"), str)
    assert isinstance(answer_text_unless_secret(form.fields["q"], answer, form, "fr"), str)
    cells = answer_columns(form.fields["q"], answer, form, "fr")
    assert all(isinstance(cell, str | int | float | bool) for cell in cells.values())
    assert list(cells) == list(answer_columns(form.fields["q"], None, form, "fr"))
    field_types[kind].from_json(answer)
    list(field_types[kind].settings_faults(form.fields["q"]))
    "".join(map(str, StepForm(form, form.steps[0], "fr", {"q": answer}).questions))


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("20:00", "02:00", True),
        ("20:00", "00:00", True),
        ("20:00", "20:00", True),
        ("20:00", "23:59", False),
        (None, "02:00", False),
        ("later", "02:00", False),
    ],
)
def test_time_before_its_start_is_asked_back(start, end, asked):
    form = definition(step("un", question("de", "time"), question("a", "time", settings={"start": "de"})))
    typos = answer_typos(form.fields["a"], end, {"de": start, "a": end})
    assert len(typos) == asked
    assert all("on the next day?" in text for text in typos)


def test_step_asks_back_before_and_after_it_is_saved():
    form = definition(step("un", question("de", "time"), question("a", "time", settings={"start": "de"})))
    typed = StepForm(form, form.steps[0], "en", {}, data=QueryDict("de=20&a=2"))
    saved = StepForm(form, form.steps[0], "en", {"de": "20:00", "a": "02:00"})
    for shown in (typed, saved):
        assert shown.questions[1].typos, shown.is_bound


def test_entries_of_a_list_setting_have_ids_that_are_not_random():
    copies = [{"question": "nom_enfant", "source": "nom"}]
    group = {"key": "enfants", "type": "group", "settings": {"copies": copies, "max": 4}}
    value = field_value(group, lambda path: "", lambda path: f"id of {path}")
    assert value["copies"] == [{"type": "item", "value": copies[0], "id": "id of field.enfants.copies.0"}]
    assert value["max"] == 4
