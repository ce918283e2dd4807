"""Form of a step as the applicant fills it in, without JavaScript."""

from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eservices.formbuilder.field_types.base import answer_text_unless_secret
from eservices.formbuilder.forms import StepForm, answers_as_posted
from eservices.formbuilder.summary import summarize_answers
from eservices.submissions.progress import FormProgress
from tests.factories.formbuilder import EVERY_TYPE, definition, options, question, step, when


@pytest.fixture(autouse=True)
def _english():
    with override("en"), time_machine.travel("2026-11-24"):
        yield


def posted(form, query: str = "", answers: dict | None = None, files: dict | None = None) -> StepForm:
    uploads = MultiValueDict(files or {})
    return StepForm(form, form.steps[0], "fr", answers, data=QueryDict(query), files=uploads)


def opened_by_a(**more):
    return definition(step("un", question("a", required=True), question("b", condition=when("a"), **more)))


# -- Questions that open others
def test_opened_question_is_asked_before_going_on():
    form = posted(opened_by_a(required=True), "a=oui&_shown=a")
    assert not form.is_valid()
    assert [field.key for field in form.opened] == ["b"]
    assert form.error_summary == []
    assert 'name="b"' in "".join(map(str, form.questions))


@pytest.mark.parametrize("kind", ["static_text", "computed"])
def test_shown_text_does_not_hold_up_the_step(kind):
    formula = {"formula": {"operation": "concat", "fields": ["a"]}} if kind == "computed" else {}
    shown = question("b", kind, condition=when("a"), settings=formula)
    form = posted(definition(step("un", question("a", required=True), shown)), "a=oui&_shown=a")
    assert form.is_valid(), form.error_summary
    assert form.opened == []


def test_group_is_summarized_by_row():
    fields = [question("nom"), question("allergies ?", "yes_no"), question("code", secret=True)]
    group = question("enfants", "group", fields=[*fields[:1], fields[1] | {"key": "a"}, fields[2]])
    form = definition(step("un", group))
    answers = {"enfants": [{"nom": "Léa", "a": True, "code": "1"}, {"nom": "Tom", "a": False}]}
    [row] = summarize_answers(form, answers, "fr")[0].rows
    assert row.value.replace("\u00a0", " ").splitlines() == [
        *("Nº 1", "nom : Léa", "a : Oui", "code : 1"),
        *("Nº 2", "nom : Tom", "a : Non"),
    ]
    [masked] = summarize_answers(form, answers, "fr", words=answer_text_unless_secret)[0].rows
    assert "code : 1" not in masked.value.replace("\u00a0", " ")


def test_asked_question_must_be_answered():
    form = posted(opened_by_a(required=True), "a=oui&b=&_shown=a b")
    assert not form.is_valid()
    assert [error["target"] for error in form.error_summary] == ["id_b"]


def test_answered_step_is_valid_and_returns_its_answers():
    form = posted(opened_by_a(required=True), "a=oui&b=x&_shown=a b")
    assert form.is_valid()
    assert form.cleaned_answers == {"a": "oui", "b": "x"}


@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_length_error_names_the_written_length(kind):
    limits = {"min_length": 3, "max_length": 5}
    form = definition(step("un", question("a", kind, settings=limits)))
    assert posted(form, "a=bonjour").error_summary[0]["message"] == "At most 5 characters; you wrote 7."
    assert posted(form, "a=oh").error_summary[0]["message"] == "At least 3 characters; you wrote 2."
    assert posted(form, "a=salut").is_valid()


def test_hidden_question_is_neither_required_nor_stored():
    form = posted(opened_by_a(required=True), "a=non&b=x&_shown=a b", answers={"a": "oui", "b": "x"})
    assert form.is_valid()
    assert form.cleaned_answers == {"a": "non"}


def test_earlier_step_opens_questions():
    form = definition(step("un", question("a")), step("deux", question("b", condition=when("a"))))
    shown = StepForm(form, form.steps[1], "fr", {"a": "oui"})
    hidden = StepForm(form, form.steps[1], "fr", {"a": "non"})
    assert [one.field.key for one in shown.questions] == ["b"]
    assert hidden.questions == []


def test_hidden_option_cannot_be_chosen():
    field = question("b", "choice", options=[{"value": "x", "condition": when("a")}, {"value": "y"}])
    form = definition(step("un", question("a"), field))
    assert posted(form, "a=oui&b=x").is_valid()
    assert not posted(form, "a=non&b=x").is_valid()


# -- Validation rules
def test_failed_rule_is_shown_beside_its_last_answer():
    check = {"key": "ordre", "condition": when("fin", "gte", {"field": "debut"})}
    period = step("un", question("debut", "time"), question("fin", "time"), checks=[check])
    form = definition(period, texts={"check.ordre": "La fin vient après le début."})
    assert posted(form, "debut=9&fin=10").is_valid()
    refused = posted(form, "debut=10&fin=9")
    assert not refused.is_valid()
    assert refused.error_summary == [
        {"target": "id_fin", "label": "fin", "message": "La fin vient après le début."}
    ]
    said = '<p class="msg" id="id_{at}-check-ordre" data-check="ordre"{hidden}>'
    before, after = map(str, refused.questions)
    # The browser finds the messages where they may be needed.
    assert said.format(at="debut", hidden=" hidden") in before
    assert said.format(at="fin", hidden="") in after
    assert after.count("La fin vient après le début.") == 1
    assert 'aria-describedby="id_fin-check-ordre"' in after


def test_failed_rule_without_a_question_is_shown_at_the_top():
    check = {"key": "assez", "condition": when("total", "gt", 3)}
    total = question("total", "computed", settings={"formula": {"operation": "sum", "fields": ["n"]}})
    form = definition(step("un", question("n", "integer"), total, checks=[check]))
    refused = posted(form, "n=2")
    assert refused.error_summary == [
        {"target": "step-check-assez", "label": "", "message": "assez ne va pas."}
    ]
    page = render_to_string("formbuilder/questions.html", {"form": refused})
    assert '<p class="msg" id="step-check-assez" data-check="assez">' in page
    assert "id_total-check" not in page
    assert posted(form, "n=4").is_valid()


# -- Repeating groups
def household(**more):
    fields = [question("prenom", required=True), question("ne", "date")]
    return definition(
        step("un", question("nom", required=True), question("enfants", "group", fields=fields, **more))
    )


def test_row_is_added_by_a_button_and_input_is_kept():
    form = posted(household(), "nom=&enfants-count=1&enfants-0-prenom=Léa&add_row=enfants")
    assert not form.is_valid()
    assert form.error_summary == []
    assert len(form.rows["enfants"].forms) == 2
    assert 'value="Léa"' in "".join(map(str, form.questions))


def test_row_is_removed_by_its_button():
    query = "nom=A&enfants-count=2&enfants-0-prenom=Léa&enfants-1-prenom=Tom&remove_row=enfants-0"
    form = posted(household(), query)
    assert not form.is_valid()
    html = "".join(map(str, form.questions))
    assert 'name="enfants-0-prenom" type="text" value="Tom"' in html
    assert "Léa" not in html


def test_rows_of_a_group_are_a_list_of_answers():
    query = "nom=A&enfants-count=2&enfants-0-prenom=Léa&enfants-1-prenom=Tom"
    query += "&enfants-1-ne-day=1&enfants-1-ne-month=2&enfants-1-ne-year=2020"
    form = posted(household(), query)
    assert form.is_valid(), form.errors
    assert form.cleaned_answers["enfants"] == [{"prenom": "Léa"}, {"prenom": "Tom", "ne": "2020-02-01"}]


def test_error_in_a_row_links_to_its_input():
    form = posted(household(), "nom=A&enfants-count=2&enfants-0-prenom=Léa&enfants-1-prenom=")
    assert not form.is_valid()
    (error,) = form.error_summary
    assert (error["target"], error["label"]) == ("id_enfants-1-prenom", "prenom (2)")


def test_error_summary_has_the_order_of_the_page():
    fields = [question("x", required=True)]
    group = question("g", "group", required=True, fields=fields)
    form = definition(step("un", question("a", required=True), group, question("z", required=True)))
    targets = [error["target"] for error in posted(form, "g-count=1").error_summary]
    assert targets == ["id_a", "id_g-0-x", "id_z"]


def test_rows_are_limited_in_number():
    form = household(settings={"min": 1, "max": 2})
    assert not posted(form, "nom=A&enfants-count=0").is_valid()
    assert len(StepForm(form, form.steps[0], "fr", {}).rows["enfants"].forms) == 1
    many = "&".join(f"enfants-{n}-prenom=P{n}" for n in range(9))
    assert len(posted(form, f"nom=A&enfants-count=9&{many}").rows["enfants"].forms) == 2


def test_new_row_begins_with_copied_answers():
    copies = [{"question": "nom_enfant", "source": "nom"}, {"question": "ne", "source": "nom"}]
    fields = [question("prenom", required=True), question("nom_enfant"), question("ne", "date")]
    group = question("enfants", "group", fields=fields, settings={"min": 1, "copies": copies})
    form = definition(step("un", question("nom")), step("deux", group))
    [first] = StepForm(form, form.steps[1], "fr", {"nom": "Rochat"}).rows["enfants"].forms
    assert first.own == {"nom_enfant": "Rochat"}
    pressed = QueryDict("enfants-count=1&enfants-0-nom_enfant=Diaz&add_row=enfants")
    second = StepForm(form, form.steps[1], "fr", {"nom": "Rochat"}, data=pressed).rows["enfants"].forms[1]
    assert 'value="Diaz"' in "".join(map(str, second.questions))


@pytest.mark.parametrize("copies", ["nom", {"a": 1}, ["nom"], [{"question": ["nom"], "source": None}]])
def test_unusable_copies_copy_nothing(copies):
    group = question("enfants", "group", fields=[question("nom")], settings={"min": 1, "copies": copies})
    form = definition(step("un", question("nom")), step("deux", group))
    [first] = StepForm(form, form.steps[1], "fr", {"nom": "Rochat"}).rows["enfants"].forms
    assert first.own == {}


# -- Files
def paper(name="bail.pdf", content=b"%PDF-"):
    return SimpleUploadedFile(name, content)


FILES = definition(
    step("un", question("pieces", "files", required=True, settings={"max_files": 2, "max_mb": 1}))
)


def test_file_is_accepted():
    form = posted(FILES, files={"pieces": [paper()]})
    assert form.is_valid(), form.errors
    assert [one.name for one in form.cleaned_files["pieces"]] == ["bail.pdf"]


def test_stored_file_satisfies_the_question():
    stored = [{"id": "1", "name": "bail.pdf", "size": 5}]
    form = posted(FILES, answers={"pieces": stored})
    assert form.is_valid(), form.errors
    assert form.cleaned_answers == {"pieces": stored}
    assert form.cleaned_files == {}
    assert 'name="remove_file" value="1"' in str(form.questions[0])


@pytest.mark.parametrize(
    ("uploads", "message"),
    [
        ([], "Add the file"),
        ([paper(content=b"")], "is empty"),
        ([paper("virus.exe")], "not of a kind"),
        ([paper(content=b"x" * (1024 * 1024 + 1))], "larger than 1 MB"),
        ([paper(), paper(), paper()], "at most 2 files"),
    ],
)
def test_unusable_file_is_refused_with_the_reason(uploads, message):
    form = posted(FILES, files={"pieces": uploads})
    assert not form.is_valid()
    assert message in form.error_summary[0]["message"]


# -- Markup
def test_error_is_beside_its_field_and_announced():
    form = definition(step("un", question("q", required=True)), texts={"field.q.help": "Comme sur la carte."})
    html = str(posted(form, "q=").questions[0])
    assert 'aria-describedby="id_q-hint id_q-error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="msg" id="id_q-error">' in html


def test_note_is_open_beside_an_error():
    form = definition(step("un", question("q", required=True)), texts={"field.q.note": "Au dos de la carte."})
    assert '<details class="help">' in str(StepForm(form, form.steps[0], "fr", {}).questions[0])
    assert '<details class="help" open>' in str(posted(form, "q=").questions[0])


def test_texts_of_the_form_are_never_markup():
    evil = "<script>alert(1)</script>"
    texts = {f"field.q.{name}": evil for name in ("label", "help", "note")} | {"option.q.a": evil}
    form = definition(step("un", question("q", "choice", options=options("a"))), texts=texts)
    html = str(StepForm(form, form.steps[0], "fr", {"q": evil}).questions[0])
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_static_text_is_limited_to_paragraphs_lists_and_links():
    texts = {"field.q.text": "Lisez [le règlement](https://orvenay.example/r).\n\n- un\n- deux <b>"}
    form = definition(step("un", question("q", "static_text")), texts=texts)
    html = str(StepForm(form, form.steps[0], "fr", {}).questions[0])
    assert '<a href="https://orvenay.example/r">le règlement</a>' in html
    assert "<ul><li>un</li><li>deux &lt;b&gt;</li></ul>" in html


def test_nine_options_become_a_select():
    short = question("q", "choice", options=options(*"abcdefgh"))
    long = question("q", "choice", options=options(*"abcdefghi"))
    for field, tag in ((short, 'type="radio"'), (long, "<select")):
        form = definition(step("un", field))
        assert tag in str(StepForm(form, form.steps[0], "fr", {}).questions[0])


# -- Whole submissions
def test_submission_is_complete_when_every_visible_step_is():
    form = definition(
        step("un", question("a", required=True)),
        step("deux", question("b", required=True), condition=when("a")),
    )

    def incomplete(**answers) -> list[str]:
        at = FormProgress(form, answers, ["un", "deux"], "fr", date(2026, 11, 24))
        return [one.key for one in at.steps if not at.is_complete(one)]

    assert incomplete() == ["un"]
    assert incomplete(a="oui") == ["deux"]
    assert incomplete(a="non") == []
    assert incomplete(a="oui", b="x") == []


COMPLETE = {
    "ligne": "Orvenay",
    "texte": "un\ndeux",
    "courriel": "a@courriel.example",
    "tel": "+41791234567",
    "site": "https://orvenay.example",
    "nombre": 5,
    "poids": "1.5",
    "montant": "12.50",
    "jour": "2026-12-02",
    "sejour": {"from": "2026-12-01", "to": "2026-12-10"},
    "heure": "14:30",
    "accord": False,
    "un": "a",
    "plusieurs": ["a", "c"],
    "pieces": [{"id": "1", "name": "bail.pdf", "size": 3}],
    "adresse": {"street": "Rue du Lac", "number": "12 bis", "postcode": "1199", "town": "Orvenay"},
    "lieu": {"address": "Devant le port", "lat": 46.39, "lon": 6.4812},
    "personne": {
        "salutation": "mrs",
        "first_name": "Léa",
        "last_name": "Rochat",
        "born": "1986-06-04",
        "nationality": "CH",
    },
    "pays": "PT",
    "avs": "756.9217.0769.85",
    "niss": "85.07.30-033.28",
    "matricule": "1893120105732",
    "societe": "CHE-100.155.212",
    "compte": "CH9300762011623852957",
    "plaque": "VD 123456",
    "puce": "756098100123456",
    "consent": True,
    "enfants": [{"prenom": "Léa", "ne": "2020-02-03"}, {"prenom": "Tom"}],
    "total": "6.5",
}
EVERYTHING = definition(step("tout", *EVERY_TYPE))


def test_answers_of_every_type_are_unchanged_by_validation():
    shown = EVERYTHING.steps[0]
    form = StepForm(
        EVERYTHING, shown, "fr", COMPLETE, data=answers_as_posted(shown, COMPLETE), files=MultiValueDict()
    )
    assert form.is_valid(), form.errors
    assert form.cleaned_answers == COMPLETE


def test_summary_contains_exactly_the_visible_questions():
    (section,) = summarize_answers(EVERYTHING, COMPLETE, "fr")
    rows = {row.key: row.value for row in section.rows}
    assert set(rows) == set(COMPLETE)
    assert rows["jour"] == "2 décembre 2026"
    children = rows["enfants"].replace("\u00a0", " ").splitlines()
    assert children == ["Nº 1", "prenom : Léa", "ne : 3 février 2020", "Nº 2", "prenom : Tom"]
    assert summarize_answers(opened_by_a(), {"a": "non", "b": "x"}, "fr")[0].rows[0].value == "non"


# -- Properties
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)
names = st.sampled_from(
    [
        *EVERYTHING.fields,
        "jour-day",
        "jour-month",
        "jour-year",
        "sejour-from_day",
        "sejour-to_day",
        "lieu-lat",
        "lieu-lon",
        "personne-first_name",
        "personne-born_day",
        "personne-nationality",
        "adresse-street",
        "adresse-postcode",
        "adresse-town",
        "enfants-count",
        "enfants-0-prenom",
        "enfants-0-ne-day",
        "add_row",
        "remove_row",
        "_shown",
    ]
)
words = st.text(max_size=20) | st.sampled_from(["1", "2", "true", "a", "enfants", "enfants-0", "2026", "on"])


@settings(deadline=None, max_examples=60)
@example(answers=dict.fromkeys(EVERYTHING.fields, 1))  # of another type in an older version
@given(answers=st.dictionaries(st.sampled_from(list(EVERYTHING.fields)), json))
def test_any_stored_answers_are_complete_or_have_errors(answers):
    at = FormProgress(EVERYTHING, answers, [], "fr", date(2026, 11, 24))
    for form in map(at.judge, at.steps):
        assert form.is_valid() or form.error_summary
        assert "".join(map(str, form.questions))
    StepForm(EVERYTHING, EVERYTHING.steps[0], "fr", answers)
    summarize_answers(EVERYTHING, answers, "fr")


@settings(deadline=None, max_examples=60)
@given(data=st.dictionaries(names, st.lists(words, min_size=1, max_size=3)))
def test_any_posted_data_is_valid_or_has_errors(data):
    shown = EVERYTHING.steps[0]
    form = StepForm(EVERYTHING, shown, "fr", {}, data=MultiValueDict(data), files=MultiValueDict())
    if form.is_valid():
        again = answers_as_posted(shown, form.cleaned_answers)
        second = StepForm(EVERYTHING, shown, "fr", {}, data=again, files=MultiValueDict())
        assert second.is_valid()
        assert second.cleaned_answers == form.cleaned_answers
    else:
        assert form.error_summary or form.opened or form.changed_rows
    assert "".join(map(str, form.questions))
