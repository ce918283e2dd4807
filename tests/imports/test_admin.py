"""Screens of imports: upload, columns, trial run, report, import, and who may use them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from eservices.imports import jobs
from eservices.imports.models import SpreadsheetImport
from news.directory.models import DirectoryEntry
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.directory import DirectoryThemeFactory

from .spreadsheets import checked, csv_file

INDEX, ADD = reverse("spreadsheet_imports:index"), reverse("spreadsheet_imports:add")
TABLE = "No;Nom;Genre;Thème\r\n1;Fanfare;association;Musique\r\n2;Chœur;club;Musique\r\n"
COLUMNS = {"key-column": "No", "name-column": "Nom", "kind-column": "Genre", "theme-column": "Thème"}
MAPPING = {"key": "No", "name": "Nom", "kind": "Genre", "theme": "Thème"}


def address(name: str, one: SpreadsheetImport, *others) -> str:
    return reverse(f"spreadsheet_imports:{name}", args=[one.pk, *others])


@pytest.fixture
def admin(client, home):
    DirectoryThemeFactory(name="Musique")
    client.force_login(SuperuserFactory())
    return client


def upload(**changes) -> dict:
    file = SimpleUploadedFile("liste.csv", TABLE.encode())
    return {"kind": "directory", "origin": "registre", "file": file} | changes


def editor(*codenames: str):
    group = Group.objects.create(name="Lists")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    group.permissions.add(*Permission.objects.filter(codename__in=codenames))
    user = UserFactory()
    user.groups.add(group)
    return user


def test_person_uploads_chooses_columns_tries_and_imports(admin, django_capture_on_commit_callbacks):
    assert admin.get(INDEX).status_code == 200
    assert admin.get(ADD).status_code == 200
    response = admin.post(ADD, upload())
    one = SpreadsheetImport.objects.get()
    assert response.url == address("columns", one)
    assert "Fanfare" in admin.get(response.url).text
    wrong = admin.post(response.url, COLUMNS | {"name-column": ""})
    assert wrong.status_code == 422
    assert 'value="Genre" selected' in wrong.text
    assert admin.post(response.url, COLUMNS).url == address("report", one)
    page = admin.get(address("report", one)).text
    assert "Fanfare" in page
    assert "club" in page
    assert not DirectoryEntry.objects.exists()
    assert admin.post(address("report", one), {"not_before": ""}).status_code == 302
    entry = DirectoryEntry.objects.get()
    assert reverse("directory_entries:edit", args=[entry.pk]) in admin.get(address("report", one)).text
    assert "club" not in admin.get(address("report", one), {"outcome": "created"}).text
    assert admin.post(address("columns", one), COLUMNS).status_code == 409
    assert admin.get(INDEX).text.count("liste.csv") == 1
    name = one.file.name
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.post(address("delete", one)).status_code == 302
    assert not one.file.storage.exists(name)
    assert DirectoryEntry.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_report_can_be_downloaded(admin, kind):
    one = checked(
        "directory",
        csv_file(*TABLE.splitlines()),
        {"key": "No", "name": "Nom", "kind": "Genre", "theme": "Thème"},
    )
    response = admin.get(address("export", one, kind))
    content = b"".join(response.streaming_content)
    assert response.status_code == 200
    assert kind == "xlsx" or "Fanfare" in content.decode()
    assert admin.get(address("export", one, "pdf")).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"file": ""},
        {"origin": ""},
        {"kind": "dogs"},
        {"file": SimpleUploadedFile("liste.pdf", b"%PDF")},
        {"file": SimpleUploadedFile("liste.xlsx", b"%PDF")},
        {"file": SimpleUploadedFile("liste.csv", b"\0\1\2")},
        {"separator": "x"},
    ],
)
def test_bad_upload_is_shown_again(admin, changes):
    response = admin.post(ADD, upload(**changes))
    assert response.status_code in (409, 422)
    assert not SpreadsheetImport.objects.exists()


def test_import_can_wait_for_the_night(admin):
    admin.post(ADD, upload())
    one = SpreadsheetImport.objects.get()
    admin.post(address("columns", one), COLUMNS)
    tonight = timezone.localtime() + timedelta(hours=3)
    admin.post(address("report", one), {"not_before": f"{tonight:%Y-%m-%dT%H:%M}"})
    jobs.continue_imports(timezone.now())
    assert not DirectoryEntry.objects.exists()
    SpreadsheetImport.objects.update(due_at=timezone.now())
    jobs.continue_imports(timezone.now())
    assert DirectoryEntry.objects.exists()


def test_file_and_report_are_deleted_after_their_term(admin, django_capture_on_commit_callbacks):
    admin.post(ADD, upload())
    one = SpreadsheetImport.objects.get()
    jobs.continue_imports(timezone.now() + timedelta(days=29))
    assert SpreadsheetImport.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.continue_imports(timezone.now() + timedelta(days=31))
    assert not SpreadsheetImport.objects.exists()
    assert not one.file.storage.exists(one.file.name)


def test_only_who_may_create_the_objects_sees_imports(client, home):
    DirectoryThemeFactory(name="Musique")
    allowed, other = editor("add_directoryentry"), UserFactory()
    client.force_login(allowed)
    assert client.post(ADD, upload()).status_code == 302
    one = SpreadsheetImport.objects.get()
    assert client.get(address("report", one)).status_code == 200
    client.force_login(other)
    assert client.get(INDEX).status_code in (302, 404)
    Group.objects.get(name="Lists").user_set.add(other)
    assert client.get(address("report", one)).status_code == 404  # of somebody else
    Group.objects.get(name="Lists").permissions.remove(Permission.objects.get(codename="add_directoryentry"))
    client.force_login(allowed)
    for name in ("report", "columns"):
        assert client.get(address(name, one)).status_code == 404
    assert client.post(address("delete", one)).status_code == 404


def test_report_needs_few_queries(admin, django_assert_max_num_queries):
    lines = [f"{number};A{number};association;Musique" for number in range(60)]
    one = checked("directory", csv_file("No;Nom;Genre;Thème", *lines), MAPPING)
    admin.get(address("report", one))
    with django_assert_max_num_queries(14):
        assert "A49" in admin.get(address("report", one)).text
