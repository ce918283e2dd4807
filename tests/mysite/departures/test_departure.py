"""Departure and arrival: what is in it, equality afterwards, and what is refused."""

import csv
import json
import stat
import zipfile
from urllib.parse import unquote

import pyrage
import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError

from eservices.accounts.models import User
from eservices.cases.models import Case
from eservices.catalogue.definition.files import read_definition_file
from eservices.catalogue.definition.linter import lint_service
from mysite.departures.departure_pack import FolderPack
from mysite.departures.excluded_data import EXCLUDED_TABLES, REPLACED_COLUMNS, SECRET_COLUMNS
from mysite.departures.records import record_models
from tests.factories.cases import TeamFactory

from .conftest import arrive, change_manifest, depart, manifest_of


# -- Equality ----------------------------------------------------------------------------------------------------
def test_second_departure_equals_the_first(departed, empty_installation, tmp_path, capsys):
    arrive(departed)
    assert "the books, both chains" in capsys.readouterr().out
    depart(tmp_path / "again")
    first, second = manifest_of(departed), manifest_of(tmp_path / "again")
    assert second["files"].keys() == first["files"].keys()
    changed = [name for name, found in second["files"].items() if first["files"][name] != found]
    for name in changed:  # the keys of JSON have another order once a database has stored them
        assert name.startswith(("services/", "cases/")), name
        assert plain_content(departed / name) == plain_content(tmp_path / "again" / name)
    for name in ("tables", "contents", "faults"):
        assert second[name] == first[name], name


def plain_content(path):
    """Return JSON, or the files of an archive package except their digests, without the order of keys."""
    if path.suffix != ".zip":
        return json.loads(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        contents = {name: packed.read(name) for name in packed.namelist() if name != "SHA256SUMS"}
    return {name: json.loads(one) if name.endswith(".json") else one for name, one in contents.items()}


def test_encrypted_departure_arrives(empty_installation, tmp_path, capsys):
    key = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(f"{key}\n")
    depart(tmp_path / "orvenay", plain=False, recipient=[str(key.to_public())])
    packed = tmp_path / "orvenay.tar.age"
    assert stat.S_IMODE(packed.stat().st_mode) == 0o600
    arrive(packed, identity=tmp_path / "key")
    assert "Arrived and equal" in capsys.readouterr().out
    with pytest.raises(CommandError, match="is encrypted: name the file of the private key"):
        arrive(packed)
    packed.write_bytes(packed.read_bytes()[:-1000])
    with pytest.raises(CommandError, match="is damaged or incomplete"):
        arrive(packed, identity=tmp_path / "key")


# -- Contents ----------------------------------------------------------------------------------------------------
def test_pages_open_from_a_disk(departed):
    site = departed / "site"
    page = BeautifulSoup((site / "index.html").read_bytes(), "html.parser")
    assert (page.find("form"), page.find("script")) == (None, None)
    local = [
        (path.parent / unquote(address.partition("#")[0]))
        for path in site.rglob("*.html")
        for tag in BeautifulSoup(path.read_bytes(), "html.parser").find_all(True)
        for address in (tag.get("href"), tag.get("src"))
        if address and not address.startswith(("#", "http:", "https:", "mailto:", "tel:", "data:"))
    ]
    assert local
    assert [path for path in local if not path.is_file()] == []
    german = BeautifulSoup((site / "de/abfall/index.html").read_bytes(), "html.parser")
    assert german.html["lang"] == "de"
    assert german.h1.get_text(strip=True) == "Abfall"


def test_form_is_replaced_by_a_sentence(departed):
    [counter] = (departed / "site").glob("guichet/residence/index.html")
    home = (departed / "site" / "index.html").read_text()
    assert "Ce formulaire ne fonctionne que sur le site" in counter.read_text() + home


@pytest.mark.django_db
def test_services_can_be_imported_elsewhere(departed):
    TeamFactory()
    definition = read_definition_file(departed / "services" / "residence.json")
    assert [fault for fault in lint_service(definition) if fault.level == "error"] == []
    assert (departed / "services" / "versions" / "residence-001.json").is_file()
    assert "Place de l’Orme" in (departed / "services" / "tables" / "rues.csv").read_text()


def test_case_is_an_archive_package_with_its_files(departed):
    [package] = (departed / "cases").glob("*.zip")
    with zipfile.ZipFile(package) as packed:
        names = packed.namelist()
        assert json.loads(packed.read("case.json"))["reference"] == package.stem
    assert {"SHA256SUMS", "definition.json", "payments.json", "bookings.json"} <= set(names)
    assert any(name.startswith("files/") for name in names)
    assert "documents/2026-1.pdf" in names


def test_books_have_the_totals_of_the_journal(departed):
    totals = manifest_of(departed)["contents"]["books"]["2026"]
    with open(departed / "books" / "journal-2026.csv", encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file, delimiter=";"))) == totals["rows"] + 1 > 2
    assert sum(account["balance"] for account in totals["accounts"]) == 0


def test_rows_of_people_and_subscribers(departed):
    people = [json.loads(line) for line in (departed / "people.jsonl").open()]
    assert "elodie@courriel.example" in {one["email"] for one in people}
    subscribers = [json.loads(line) for line in (departed / "subscriptions.jsonl").open()]
    assert subscribers[0]["email"] == "abonnee@courriel.example"
    assert subscribers[0]["newsletter"]


# -- Secrets -----------------------------------------------------------------------------------------------------
def test_no_password_leaves(departed):
    rows = [json.loads(line) for line in (departed / "records/tables/eservices_accounts_user.jsonl").open()]
    assert {row["password"] for row in rows} == {"!"}


def test_only_this_user_can_read_it(departed):
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [departed, *departed.rglob("*")]}
    assert modes == {0o600, 0o700}


def test_every_secret_column_is_known():
    """A new column that opens something is decided on: it stays, is replaced, or leaves on purpose."""
    hints = {
        "secret",
        "password",
        "token",
        "endpoint",
        "auth",
        "access_code",
        "token_secret",
        "key_hash",
        "session_key",
    }
    found = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.column in hints and model._meta.db_table not in EXCLUDED_TABLES
    }
    assert found == SECRET_COLUMNS | REPLACED_COLUMNS.keys()


def test_every_excluded_table_exists():
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert EXCLUDED_TABLES.keys() - tables <= {"wagtailsearch_indexentry_fts"}  # only on SQLite
    assert tables - EXCLUDED_TABLES.keys() == {model._meta.db_table for model in record_models()}


# -- Refusals ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"format": 2}, "made by a newer release"),
        ({"migrations": ["home.9999_later"]}, "made by a newer release"),
        ({"migrations": ["home.0001_initial"]}, "made by an older release"),
        ({"settings": {"COMMUNE_LANGUAGE": "de"}}, "COMMUNE_LANGUAGE was 'de'"),
        ({"files": {"../escape": ["", 0]}}, "leads elsewhere"),
        ({"files": []}, "manifest is damaged"),
    ],
    ids=["format", "newer", "older", "language", "path", "shape"],
)
def test_unsuitable_departure_is_refused(copied, empty_installation, changes, refusal):
    change_manifest(copied, **changes)
    with pytest.raises(CommandError, match=refusal):
        arrive(copied)


def test_departure_of_another_key_is_refused(departed, empty_installation, settings):
    settings.SECRET_KEY = settings.AUDIT_KEY = "another"
    with pytest.raises(CommandError, match="was made under another SECRET_KEY"):
        arrive(departed)
    assert not User.objects.exists()
    arrive(departed, foreign=True)
    assert Case.objects.exists()


def test_arrival_under_another_audit_key_changes_nothing(departed, empty_installation, settings):
    settings.AUDIT_KEY = "another"
    with pytest.raises(CommandError, match="Is AUDIT_KEY"):
        arrive(departed)
    assert not Case.objects.exists()


@pytest.mark.parametrize("name", ["manifest.json", "manifest.signature"])
def test_partial_departure_is_refused(copied, empty_installation, name):
    (copied / name).unlink()
    with pytest.raises(CommandError, match="no complete departure"):
        arrive(copied)


def test_missing_departure_is_refused(tmp_path):
    with pytest.raises(CommandError, match="is no departure"):
        arrive(tmp_path / "nowhere")


def test_damaged_files_are_refused(copied, empty_installation):
    table = copied / "records/tables/eservices_cases_case.jsonl"
    table.write_bytes(table.read_bytes().replace(b"{", b"[", 1))
    (copied / "records/tables.json").unlink()
    with pytest.raises(
        CommandError, match=r"tables.json is missing.*case.jsonl is another file|case.jsonl.*tables.json"
    ):
        arrive(copied)


def test_installation_with_foreign_files_is_refused(departed, empty_installation):
    default_storage.save("images/ours.png", ContentFile(b"ours"))
    with pytest.raises(CommandError, match="This installation has contents"):
        arrive(departed)


def test_row_that_is_none_leaves_the_database_as_it_was(copied, empty_installation):
    table = copied / "records/tables/home_synonymgroup.jsonl"
    table.write_text('{"no such column": 1}\n')
    accept_changed(copied, table)
    with pytest.raises(CommandError, match=r"home_synonymgroup.jsonl, line 1, is no row"):
        arrive(copied)
    assert not User.objects.exists()


def accept_changed(folder, path) -> None:
    """Write the size and digest of a changed file into the manifest."""
    from mysite.backups.creation import file_digest

    files = manifest_of(folder)["files"]
    files[str(path.relative_to(folder))] = [file_digest(path), path.stat().st_size]
    change_manifest(folder, files=files)


# -- Interruptions -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("plain", [True, False], ids=["folder", "encrypted"])
def test_full_disk_leaves_no_departure(transactional_db, tmp_path, monkeypatch, settings, plain):
    settings.VAR_DIR = tmp_path
    key = str(pyrage.x25519.Identity.generate().to_public())

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mysite.departures.static_site.SiteCopy.write_all", full)
    (tmp_path / "orvenay.part").mkdir()  # an interrupted one
    with pytest.raises(CommandError, match=r"not completed and is deleted \(.*No space left"):
        depart(tmp_path / "orvenay", plain=plain, recipient=[key])
    assert [path.name for path in tmp_path.glob("orvenay*")] == ([] if plain else ["orvenay.part"])


def test_existing_target_is_not_overwritten(transactional_db, tmp_path, settings):
    settings.VAR_DIR = tmp_path
    (tmp_path / "orvenay").mkdir()
    with pytest.raises(CommandError, match="exists already"):
        depart(tmp_path / "orvenay")


@pytest.mark.parametrize(
    ("options", "refusal"),
    [({}, "No key: name the public key"), ({"recipient": ["age1x"]}, "A public key begins with age1")],
    ids=["none", "invalid"],
)
def test_departure_without_a_key_is_refused(tmp_path, options, refusal):
    with pytest.raises(CommandError, match=refusal):
        depart(tmp_path / "orvenay", plain=False, **options)


def test_pack_refuses_a_second_file_of_a_name(tmp_path):
    pack = FolderPack(tmp_path / "pack")
    pack.add("a/b", ContentFile(b"1"))
    with pytest.raises(FileExistsError):
        pack.add("a/b", ContentFile(b"2"))
