"""Options from reference tables: current rows, edited by hand or by file, and stable texts of answers."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from wagtail.models import ModelLogEntry

from eservices.catalogue.definition import linter
from eservices.formbuilder import actions
from eservices.formbuilder.definition import FormDefinition
from eservices.formbuilder.field_types import answer_text
from eservices.formbuilder.forms import StepForm
from eservices.formbuilder.linter import publication_errors
from eservices.formbuilder.models import ReferenceRow, ReferenceTable
from eservices.formbuilder.reference_tables import files, lookup
from eservices.formbuilder.reference_tables.files import TableFileRow
from home.formats.spreadsheets import SpreadsheetError
from tests.factories.accounts import AgentFactory, EditorFactory
from tests.factories.formbuilder import content, definition, make_table, question, step, when


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


FORM = definition(step("un", question("q", "choice", required=True, table="rues")))


def offered(form: FormDefinition = FORM, language: str = "fr") -> list[tuple[str, str]]:
    field = StepForm(form, form.steps[0], language, {}).fields["q"]
    return [(str(value), label) for value, label in field.choices]


def answered(value: str, form: FormDefinition = FORM) -> StepForm:
    return StepForm(form, form.steps[0], "fr", {}, data={"q": value}, files={})


# -- In forms ------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_question_offers_the_current_rows():
    table = make_table("rues", "Rue du Lac", "Chemin des Vignes")
    assert offered() == [("rue-du-lac", "Rue du Lac"), ("chemin-des-vignes", "Chemin des Vignes")]
    table.rows.get(value="rue-du-lac").delete()
    assert offered() == [("chemin-des-vignes", "Chemin des Vignes")]


@pytest.mark.django_db
def test_only_active_rows_can_be_chosen():
    make_table("rues", "Rue du Lac")
    make_table("rues", "Rue du Moulin", active=False)
    assert answered("rue-du-lac").is_valid()
    assert not answered("rue-du-moulin").is_valid()
    assert not answered("rue-perdue").is_valid()


@pytest.mark.django_db
def test_answer_keeps_the_label_of_an_inactive_row():
    make_table("rues", "Rue du Moulin", active=False)
    field = FORM.fields["q"]
    assert answer_text(field, "rue-du-moulin", FORM, "fr") == "Rue du Moulin"
    assert answer_text(field, "rue-perdue", FORM, "fr") == "rue-perdue"
    assert answer_text(field, {"x": 1}, FORM, "fr") == "{'x': 1}"


@pytest.mark.django_db
def test_rows_are_labelled_in_the_language_of_the_form():
    make_table("rues", "École du Bourg", labels={"de": "Schule im Dorf"})
    assert offered(language="de") == [("ecole-du-bourg", "Schule im Dorf")]
    assert offered(language="it") == [("ecole-du-bourg", "École du Bourg")]


@pytest.mark.django_db
def test_rows_are_offered_in_choices_and_groups():
    make_table("rues", "A", "B", "C")
    many = definition(step("un", question("q", "choices", table="rues", settings={"max": 2})))
    assert answered(["a", "b"], many).is_valid()
    assert not answered(["a", "b", "c"], many).is_valid()
    group = definition(step("un", question("g", "group", fields=[question("q", "choice", table="rues")])))
    data = {"g-count": "1", "g-0-q": "c"}
    filled = StepForm(group, group.steps[0], "fr", {}, data=data, files={})
    assert filled.is_valid()
    assert filled.cleaned_answers == {"g": [{"q": "c"}]}


@pytest.mark.django_db
def test_table_is_read_once(django_assert_num_queries):
    make_table("rues", *map(str, range(30)))
    form = definition(step("un", *(question(f"q{n}", "choice", table="rues") for n in range(5))))
    with django_assert_num_queries(1):
        for _again in range(3):
            assert "".join(map(str, StepForm(form, form.steps[0], "fr", {}).questions))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "look"), [(8, 'type="radio"'), (9, "<select"), (20, "<select"), (21, "data-combobox")]
)
def test_widget_depends_on_the_number_of_rows(rows, look):
    make_table("rues", *map(str, range(rows)))
    html = str(StepForm(FORM, FORM.steps[0], "fr", {}).questions[0])
    assert look in html
    assert ("data-combobox" in html) is (rows > 20)


@pytest.mark.django_db
def test_long_list_of_checkboxes_can_be_searched():
    for rows, searched in ((20, False), (21, True)):
        make_table(f"rues{rows}", *map(str, range(rows)))
        several = definition(step("un", question("q", "choices", table=f"rues{rows}")))
        html = str(StepForm(several, several.steps[0], "fr", {}).questions[0])
        assert html.count('type="checkbox"') == rows  # all of them, without JavaScript
        assert ("data-search" in html) is searched


# -- The linter ----------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_table_of_a_service_must_offer_rows():
    made = content(step("un", question("q", "choice", table="rues")))

    def errors_of_question() -> list[str]:
        return [str(fault) for fault in linter.publication_errors(made) if fault.path == "field.q"]

    assert errors_of_question() == ["field.q: There is no table “rues” here."]
    make_table("rues", "Rue du Moulin", active=False)
    assert errors_of_question() == ["field.q: The table “rues” has no options."]
    make_table("rues", "Rue du Lac")
    assert errors_of_question() == []


def test_condition_can_name_any_value_of_a_table():
    other = question("r", condition=when("q", value="rue-qui-viendra"))
    assert publication_errors(content(step("un", question("q", "choice", table="rues"), other))) == []


# -- Files ---------------------------------------------------------------------------------------------------
def read(text: str) -> list[TableFileRow]:
    return files.read_table_file("rues.csv", text.encode())


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_file_is_read_with_any_separator(separator):
    text = "value;label;label:de;active;zone\nlac;Rue du Lac;Seestrasse;1;A\nmoulin;Rue du Moulin;;0;\n"
    assert read(text.replace(";", separator)) == [
        TableFileRow("lac", "Rue du Lac", {"de": "Seestrasse"}, {"zone": "A"}),
        TableFileRow("moulin", "Rue du Moulin", {}, {}, active=False),
    ]


def test_french_column_names_are_accepted_and_values_generated():
    assert read("Libellé;Actif\nRue de l’Église;oui\n") == [TableFileRow("rue-de-leglise", "Rue de l’Église")]


def test_windows_encoded_file_is_read():
    found = files.read_table_file("rues.csv", "label\nRue de l’Église\n".encode("cp1252"))
    assert found[0].label == "Rue de l’Église"


def workbook(*rows) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_xlsx_file_is_read():
    found = files.read_table_file(
        "rues.XLSX", workbook(["value", "label", "active"], [12, "Zone 12", True], [None] * 3)
    )
    assert found == [TableFileRow("12", "Zone 12")]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("", ["The file is empty."]),
        ("value;zone\na;b\n", ["Line 1 must name the columns, including “label”."]),
        ("label\n", ["The file has no rows."]),
        ("label;label\na;b\n", ["Line 1: the column “label” appears twice."]),
        (
            "value;label;active\na;;1\nb;B;vielleicht\n\na;A;1\n" + "c" * 101 + ";C;1;x\n",
            [
                "Line 2: the label is missing.",
                "Line 3: “vielleicht” is neither yes nor no.",
                "Line 5: “a” also appears in line 2.",
                "Line 6: a value has at most 100 characters, a label 200.",
                "Line 6: there are more cells than columns.",
            ],
        ),
        (
            'label\n"zwei\nZeilen"\n',
            ["Line 2: there are characters that cannot be typed, or line breaks within a cell."],
        ),
        ("label\n" + "a\n" * 5001, ["There are too many lines: at most 5000."]),
        ("label\n" + "é" * 600_000, ["The file is too large: at most 1024 kB."]),
    ],
)
def test_all_file_errors_are_reported_with_their_line(text, reasons):
    with pytest.raises(SpreadsheetError) as refused:
        read(text)
    assert refused.value.reasons == reasons


@pytest.mark.parametrize("content", [b"PK\x03\x04 no", b"", b"label\na\n"])
def test_broken_workbook_is_refused(content):
    with pytest.raises(SpreadsheetError):
        files.read_table_file("rues.xlsx", content)


@given(
    content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    name=st.sampled_from(["a.csv", "a.xlsx"]),
)
def test_any_file_is_read_or_refused_with_a_reason(content, name):
    assert rows_or_reasons(name, content)


def rows_or_reasons(name: str, content: bytes) -> list:
    try:
        return files.read_table_file(name, content)
    except SpreadsheetError as refused:
        return refused.reasons


texts = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="\x7f\x85\xa0\xad"),
    min_size=1,
    max_size=20,
)
lines = st.lists(
    st.builds(
        TableFileRow,
        value=texts,
        label=texts,
        labels=st.dictionaries(st.sampled_from(["de", "it", "en"]), texts),
        extra=st.dictionaries(st.sampled_from(["zone", "NPA"]), texts),
        active=st.booleans(),
    ),
    min_size=1,
    unique_by=lambda line: line.value,
)


@given(lines=lines)
def test_written_file_is_read_again(lines):
    assert files.read_table_file("a.csv", files.write_table_file(lines).encode()) == lines


# -- Importing -----------------------------------------------------------------------------------------------
def imported(table: ReferenceTable, *lines: TableFileRow, shown: str | None = None):
    mark = files.rows_digest(table.rows.order_by("order", "pk")) if shown is None else shown
    return actions.import_rows(actor=None, table=table, lines=list(lines), shown=mark)


@pytest.mark.django_db
def test_import_adds_changes_orders_and_deactivates_rows():
    table = make_table("rues", "A", "B", "C")
    changes = imported(
        table, TableFileRow("d", "D"), TableFileRow("b", "Bé", extra={"zone": "1"}), TableFileRow("a", "A")
    )
    assert (len(changes.added), len(changes.changed), len(changes.withdrawn), changes.same) == (1, 1, 1, 1)
    rows = list(table.rows.order_by("order").values_list("value", "label", "active"))
    assert rows == [("d", "D", True), ("b", "Bé", True), ("a", "A", True), ("c", "C", False)]
    assert lookup.table_options("rues", "fr") == [("d", "D"), ("b", "Bé"), ("a", "A")]


@pytest.mark.django_db
def test_import_previewed_for_an_older_state_is_refused():
    table = make_table("rues", "A")
    shown = files.rows_digest(table.rows.all())
    make_table("rues", "B")
    with pytest.raises(actions.ReferenceTableChanged):
        imported(table, TableFileRow("a", "Autre"), shown=shown)
    assert table.rows.get(value="a").label == "A"


@pytest.mark.django_db
def test_value_is_unique_in_a_table():
    table = make_table("rues", "A")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReferenceRow.objects.create(table=table, value="a", label="Encore A")


# -- Admin views ---------------------------------------------------------------------------------------------
@pytest.fixture
def moderator(client):
    client.force_login(EditorFactory())
    return client


def upload(text: str, name: str = "rues.csv") -> dict:
    return {"file": SimpleUploadedFile(name, text.encode())}


@pytest.mark.django_db
def test_import_shows_its_changes_first(moderator):
    table = make_table("rues", "Rue du Lac", "Rue du Moulin")
    url = reverse("reference_table_import", args=[table.pk])
    assert moderator.get(url).status_code == 200

    shown = moderator.post(url, upload("label\nRue du Lac\nQuai neuf\n"))
    page = shown.content.decode()
    assert "quai-neuf" in page
    assert "rue-du-moulin" in page
    assert table.rows.count() == 2

    done = moderator.post(url, {"rows": shown.context["rows"], "shown": shown.context["shown"]})
    assert done.status_code == 302
    assert dict(table.rows.values_list("value", "active")) == {
        "rue-du-lac": True,
        "rue-du-moulin": False,
        "quai-neuf": True,
    }
    assert ModelLogEntry.objects.for_instance(table).exists()


@pytest.mark.django_db
def test_invalid_file_changes_nothing_and_reports_lines(moderator):
    table = make_table("rues", "Rue du Lac")
    answer = moderator.post(
        reverse("reference_table_import", args=[table.pk]), upload("label;active\n;1\nX;perhaps\n")
    )
    assert answer.status_code == 422
    assert "Ligne 2" in answer.content.decode()
    assert "Ligne 3" in answer.content.decode()
    assert table.rows.count() == 1


@pytest.mark.django_db
def test_table_changed_by_others_is_shown_again(moderator):
    table = make_table("rues", "Rue du Lac")
    url = reverse("reference_table_import", args=[table.pk])
    shown = moderator.post(url, upload("label\nQuai neuf\n"))
    make_table("rues", "Rue du Moulin")
    again = moderator.post(url, {"rows": shown.context["rows"], "shown": shown.context["shown"]})
    assert again.status_code == 200
    assert [row.value for row in again.context["changes"].withdrawn] == ["rue-du-lac", "rue-du-moulin"]
    assert not table.rows.filter(value="quai-neuf").exists()


@pytest.mark.django_db
def test_exported_file_can_be_imported_again(moderator):
    table = make_table("rues", "Rue de l’Église", labels={"de": "Kirchgasse"})
    answer = moderator.get(reverse("reference_table_export", args=[table.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="rues.csv"'
    assert not files.compare_rows(table.rows.all(), files.read_table_file("rues.csv", answer.content))


@pytest.mark.django_db
def test_table_files_are_for_editors_only(client):
    table = make_table("rues", "Rue du Lac")
    client.force_login(AgentFactory())
    for name in ("import", "export"):
        assert client.get(reverse(f"reference_table_{name}", args=[table.pk])).status_code in (302, 403)
    assert client.post(
        reverse("reference_table_import", args=[table.pk]), upload("label\nX\n")
    ).status_code in (
        302,
        403,
    )
    assert table.rows.count() == 1


@pytest.mark.django_db
def test_row_is_added_by_hand_with_translations(moderator):
    table = make_table("rues", "Rue du Lac")
    listed = moderator.get(reverse(ReferenceTable.snippet_viewset.get_url_name("list")))
    assert reverse("reference_table_import", args=[table.pk]) in listed.content.decode()
    add = reverse(ReferenceRow.snippet_viewset.get_url_name("add"))
    assert moderator.get(add).status_code == 200
    typed = {
        "table": table.pk,
        "label": "Rue de l’Église",
        "label_de": "Kirchgasse",
        "order": "3",
        "active": "on",
        "extra": "{}",
    }
    answer = moderator.post(add, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    row = table.rows.get(value="rue-de-leglise")
    assert row.labels == {"de": "Kirchgasse"}
    edit = reverse(ReferenceRow.snippet_viewset.get_url_name("edit"), args=[row.pk])
    assert "Kirchgasse" in moderator.get(edit).content.decode()
    twice = moderator.post(add, typed)
    assert twice.status_code == 200
    assert table.rows.count() == 2
