"""Import of directory entries: trial run, import, import again, and what is refused with which reason."""

import json

import pytest
from django.core.management import CommandError, call_command

from eservices.imports import actions
from eservices.imports.exceptions import ImportRefused
from eservices.imports.models import ExternalReference, ImportLine, SpreadsheetImport
from news.directory.models import DirectoryEntry
from tests.factories.directory import DirectoryThemeFactory

from .spreadsheets import checked, csv_file, imported, outcomes, reasons, uploaded, work, workbook

HEAD = "No;Nom;Genre;Thème;Téléphone;Site"
MAPPING = {"key": "No", "name": "Nom", "kind": "Genre", "theme": "Thème", "phone": "Téléphone", "web": "Site"}
FANFARE = "1;Fanfare;association;Musique;024 500 10 10;www.fanfare.example"
GARAGE = "2;Garage;entreprise;Musique;;"


@pytest.fixture(autouse=True)
def theme(home):
    return DirectoryThemeFactory(name="Musique")


def test_dry_run_says_what_would_happen_only(theme):
    one = checked("directory", csv_file(HEAD, FANFARE, "3;;association;Sport;;"), MAPPING)
    assert one.state == "checked", one.error
    assert outcomes(one) == ["to_create", "refused"]
    assert one.lines.get(number=2).title == "Fanfare"
    assert not DirectoryEntry.objects.exists()
    assert not ExternalReference.objects.exists()
    assert len(one.lines.get(number=3).reasons) == 2


def test_import_creates_and_again_changes_nothing():
    one = imported("directory", csv_file(HEAD, FANFARE, GARAGE), MAPPING)
    assert outcomes(one) == ["created", "created"], reasons(one)
    entry = DirectoryEntry.objects.get(name="Fanfare")
    assert (entry.web, entry.kind) == ("https://www.fanfare.example", "association")
    again = imported("directory", csv_file(HEAD, FANFARE, GARAGE), MAPPING)
    assert outcomes(again) == ["unchanged", "unchanged"]
    assert DirectoryEntry.objects.count() == 2
    changed = imported("directory", csv_file(HEAD, FANFARE.replace("Fanfare", "Chœur")), MAPPING)
    assert outcomes(changed) == ["unchanged"]
    assert reasons(changed)  # it tells that the values differ
    assert not DirectoryEntry.objects.filter(name="Chœur").exists()


def test_same_number_of_another_list_is_another_object():
    imported("directory", csv_file(HEAD, FANFARE), MAPPING)
    other = imported("directory", csv_file(HEAD, "1;Chœur;association;Musique;;"), MAPPING, origin="paroisse")
    assert outcomes(other) == ["created"]


def test_two_lines_with_one_key_import_the_first():
    one = imported("directory", csv_file(HEAD, FANFARE, GARAGE.replace("2;", " 1;")), MAPPING)
    assert outcomes(one) == ["created", "refused"]
    assert "2" in one.lines.get(number=3).reasons[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (";Fanfare;association;Musique;;", "empty"),
        ("1;;association;Musique;;", "Name"),
        ("1;Fanfare;club;Musique;;", "club"),
        ("1;Fanfare;association;Sport;;", "Sport"),
        ("1;Fanfare;association;Musique;" + "0" * 31 + ";", "30"),
        ("1;Fanfare;association;Musique;;pas un site", "Website"),
        ("1;Fanfare;association;Musique;;;de trop", "more cells"),
        ("1;=A1&B1;association;Musique;;", "formula"),
        ("1;#REF!;association;Musique;;", "#REF!"),
    ],
)
def test_wrong_line_is_refused_with_its_reason(line, said, settings):
    settings.LANGUAGE_CODE = "en"
    one = imported("directory", csv_file(HEAD, line, GARAGE), MAPPING)
    assert outcomes(one) == ["refused", "created"]
    assert said in reasons(one)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encodings_and_separators_are_recognized(encoding, separator):
    lines = [line.replace(";", separator) for line in (HEAD, "1;Chœurs réunis;association;Musique;;")]
    if encoding == "iso-8859-1":
        lines[1] = lines[1].replace("œ", "oe")
    one = checked("directory", csv_file(*lines, encoding=encoding), MAPPING)
    assert outcomes(one) == ["to_create"], reasons(one) or one.error
    assert "urs réunis" in one.lines.get().title


def test_workbook_with_types_formulas_and_merged_cells():
    rows = [
        ["No", "Nom", "Genre", "Thème", "Téléphone", "Site"],
        [1, "Fanfare", "association", "Musique", None, None],
        [2.0, "=1+1", "association", "Musique", None, None],
        [3, "Chœur", "association", "Musique", None, None],
        [None, "Chœur", "association", "Musique", None, None],
    ]
    one = imported("directory", workbook(rows, merged="A4:A5"), MAPPING)
    assert outcomes(one) == ["created", "refused", "refused", "refused"]
    assert [line.key for line in one.lines.all()] == ["1", "2", "3", ""]


def test_columns_are_joined_divided_and_replaced():
    mapping = MAPPING | {
        "name": {"columns": ["Nom", "Site"], "joined_by": " de "},
        "web": {"fixed": "www.exemple.example"},
        "phone": {"columns": "Téléphone", "split_by": "/", "part": "first"},
    }
    one = imported(
        "directory", csv_file(HEAD, "1;Fanfare;association;Musique;024 1 / 079 2;Orvenay"), mapping
    )
    assert outcomes(one) == ["created"], reasons(one)
    entry = DirectoryEntry.objects.get()
    assert (entry.name, entry.phone) == ("Fanfare de Orvenay", "024 1")
    assert entry.web == "https://www.exemple.example"


@pytest.mark.parametrize(
    "file",
    [
        csv_file(),
        csv_file("a;a", "1;2"),
        csv_file("PK\x03\x04", name="liste.xlsx"),
        csv_file("a\0b"),
        csv_file("é;b", encoding="utf-16", name="liste.xlsx"),
    ],
)
def test_file_that_is_no_table_is_refused(file):
    with pytest.raises(ImportRefused):
        uploaded("directory", file)
    assert not SpreadsheetImport.objects.exists()


def test_wrong_encoding_stops_and_says_so():
    one = uploaded("directory", csv_file("No;Nom", "1;Chœur"), encoding="utf-8")
    assert one.header == ["No", "Nom"]
    with pytest.raises(ImportRefused):
        uploaded("directory", csv_file("No;Thème", "1;Chœur", encoding="cp1252"), encoding="utf-8")


def test_too_many_lines_are_told_and_nothing_imported(monkeypatch):
    monkeypatch.setattr("home.formats.table_files.MAX_LINES", 300)
    one = checked("directory", csv_file(HEAD, *(f"{n};A{n};club;Musique;;" for n in range(301))), MAPPING)
    assert one.state == "failed"
    assert "300" in one.error


def test_import_goes_on_after_an_interruption(monkeypatch):
    lines = [f"{number};A{number};association;Musique;;" for number in range(6)]
    one = checked("directory", csv_file(HEAD, *lines), MAPPING)
    actions.start_import(actor=None, spreadsheet_import=one)
    monkeypatch.setattr("eservices.imports.line_steps.BATCH", 2)
    real, done = actions.import_line, []

    def dies(**options):
        done.append(options)
        if len(done) == 4:
            raise KeyboardInterrupt
        return real(**options)

    monkeypatch.setattr(actions, "import_line", dies)
    with pytest.raises(KeyboardInterrupt):
        work(one)
    SpreadsheetImport.objects.update(due_at=one.created_at)
    assert work(one).state == "finished"
    assert outcomes(one) == ["created"] * 6
    assert DirectoryEntry.objects.count() == 6


def test_command_checks_then_imports(tmp_path, capsys):
    table, mapping = tmp_path / "liste.csv", tmp_path / "mapping.json"
    table.write_bytes(csv_file(HEAD, FANFARE).read())
    mapping.write_text(json.dumps(MAPPING))
    call_command("import_spreadsheet", "directory", str(table), mapping=str(mapping), dry_run=True)
    assert not DirectoryEntry.objects.exists()
    call_command("import_spreadsheet", "directory", str(table), mapping=str(mapping))
    assert DirectoryEntry.objects.get().name == "Fanfare"
    assert "Fanfare" in capsys.readouterr().out
    assert not SpreadsheetImport.objects.exists()
    assert not ImportLine.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_spreadsheet", "dogs", str(table))
    with pytest.raises(CommandError):
        call_command("import_spreadsheet", "directory", str(table))  # no column is called like a key
