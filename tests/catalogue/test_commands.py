"""Import, export and linting of services on the command line."""

import copy
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from eservices.catalogue.definition import files
from eservices.catalogue.models import ServiceIndexPage, ServicePage
from tests.factories.catalogue import SERVICE, make_counter, make_service
from tests.factories.formbuilder import when
from tests.factories.home import translated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


def run(*args) -> tuple[str, str]:
    """Run a command and return its output and its errors; ``REFUSED`` if it ended with an error."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*map(str, args), stdout=out, stderr=err)
    except CommandError as refusal:
        err.write(f"REFUSED {refusal}")
    return out.getvalue(), err.getvalue()


def write(folder, name: str, content) -> str:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def named(slug: str, **changes) -> dict:
    return copy.deepcopy(SERVICE) | {"slug": slug} | changes


def faulty(slug: str) -> dict:
    made = named(slug)
    made["steps"][0]["fields"][0]["type"] = "telepathy"
    made["steps"][1]["fields"][1]["condition"] = when("inconnu")
    return made


# -- import_service ------------------------------------------------------------------------------------------
def test_import_makes_drafts_or_published_services(tmp_path):
    index = make_counter()
    make_service(index)
    first, second = write(tmp_path, "a.json", named("un")), write(tmp_path, "b.json", named("deux"))
    said, complaint = run("import_service", first, second)
    assert said.count("Attestation de domicile") == 2
    assert complaint == ""
    assert not ServicePage.objects.filter(slug__in=["un", "deux"], live=True).exists()
    run("import_service", first, "--publish")
    assert ServicePage.objects.get(slug="un").live
    assert not ServicePage.objects.get(slug="deux").live


def test_import_reports_all_problems_and_imports_valid_files(tmp_path):
    make_service(make_counter())
    names = [
        write(tmp_path, "un.json", faulty("un")),
        write(tmp_path, "deux.json", named("deux")),
        write(tmp_path, "trois.json", faulty("trois") | {"colour": "red"}),
    ]
    _said, complaint = run("import_service", *names)
    for fault in ("field.prenom.type", "field.precision", "colour"):
        assert fault in complaint
    assert complaint.count("field.precision") == 2
    assert complaint.endswith(f"REFUSED Not imported: {names[0]}, {names[2]}")
    assert list(
        ServicePage.objects.filter(slug__in=["un", "deux", "trois"]).values_list("slug", flat=True)
    ) == ["deux"]


def test_definition_of_another_commune_is_imported_as_a_draft(tmp_path):
    make_counter()
    foreign = named("un")
    foreign["settings"]["team"] = "ailleurs"
    said, complaint = run("import_service", write(tmp_path, "a.json", foreign))
    assert "settings.team" in said
    assert complaint == ""
    said, complaint = run("import_service", write(tmp_path, "a.json", foreign), "--publish")
    assert "settings.team" in complaint
    assert not ServicePage.objects.get().live


UNREADABLE = {
    "no JSON": ("{", "This is not JSON: see line 1, column 2."),
    "empty": ("  ", "The file is empty."),
    "a name twice": ('{"slug": "a", "slug": "b"}', "“slug” appears twice in the same object."),
    "not a number": ('{"format": NaN}', "“NaN” is not a number of JSON."),
    "an endless number": ('{"format": ' + "9" * 5000 + "}", "A number is too long."),
    "too deep": ("[" * 200_000, "This is nested too deeply."),
}


@pytest.mark.parametrize(("content", "sentence"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_invalid_json_is_refused_with_a_message(tmp_path, content, sentence):
    name = write(tmp_path, "a.json", content)
    for command in ("import_service", "lint_service"):
        assert f"{name}: {sentence}" in "".join(run(command, name))


def test_unreadable_file_is_refused_with_a_message(tmp_path, monkeypatch):
    (tmp_path / "latin.json").write_bytes('{"é": 1}'.encode("latin-1"))
    monkeypatch.setattr(files, "MAX_BYTES", 3 * 1024 * 1024)
    write(tmp_path, "large.json", " " * (3 * 1024 * 1024) + "{}")
    _said, complaint = run(
        "import_service", tmp_path, *(tmp_path / name for name in ("none.json", "latin.json", "large.json"))
    )
    for sentence in (
        "This is a folder.",
        "There is no such file.",
        "The file is not written in UTF-8.",
        "The file is too large: at most 3 MB.",
    ):
        assert sentence in complaint


@pytest.mark.parametrize("content", ["[]", "null", "3", '"attestation"', "{}", '{"language": 3}'])
def test_json_that_is_no_definition_is_refused(tmp_path, content):
    make_counter()
    _said, complaint = run("import_service", write(tmp_path, "a.json", content))
    assert "REFUSED" in complaint
    assert not ServicePage.objects.exists()


def test_import_requires_an_index_if_there_are_several(tmp_path):
    index = make_counter()
    ServiceIndexPage.objects.get().copy(update_attrs={"slug": "autre"}, to=index.get_parent())
    name = write(tmp_path, "a.json", named("un"))
    assert "autre" in run("import_service", name)[1]
    assert run("import_service", name, "--index", "autre")[1] == ""
    assert ServicePage.objects.get().get_parent().slug == "autre"


def test_definition_goes_to_the_counter_of_its_language(tmp_path):
    translated(make_counter(), "de", title="Online-Schalter", slug="schalter")
    german = named("un", language="de")
    german["texts"] = {"de": german["texts"]["fr"]}
    run("import_service", write(tmp_path, "a.json", german))
    assert ServicePage.objects.get().get_parent().slug == "schalter"
    assert "“it”" in run("import_service", write(tmp_path, "a.json", german | {"language": "it"}))[1]


# -- export_service ------------------------------------------------------------------------------------------
def test_export_can_be_imported(tmp_path):
    make_service(lead="Elle prouve.")
    said, _complaint = run("export_service", "attestation")
    name = tmp_path / "a.json"
    run("export_service", "attestation", "--output", name)
    assert name.read_text() == said
    assert run("import_service", name, "--publish")[1] == ""
    assert run("export_service", "attestation")[0] == said


def test_draft_is_exported_on_request(tmp_path):
    page = make_service()
    page.title = "Autre titre"
    page.save_revision()
    assert "Autre titre" not in run("export_service", "attestation")[0]
    assert "Autre titre" in run("export_service", "attestation", "--draft")[0]


def test_impossible_export_is_refused_with_a_message(tmp_path):
    assert "There is no service “rien”." in run("export_service", "rien")[1]
    make_service()
    assert "The file cannot be written" in run("export_service", "attestation", "--output", tmp_path)[1]


# -- lint_service --------------------------------------------------------------------------------------------
def test_linter_lists_problems_by_level_and_fails_on_errors(tmp_path):
    sound, wrong = write(tmp_path, "a.json", SERVICE), write(tmp_path, "b.json", faulty("b"))
    said, complaint = run("lint_service", sound)
    assert "not here  settings.team" in said
    assert complaint == ""
    said, complaint = run("lint_service", sound, wrong)
    assert said.index("error  field.prenom.type") < said.rindex("not here  settings.team")
    assert complaint == f"REFUSED Faulty: {wrong}"
