"""The editor's screens of import and export."""

import copy
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from eservices.accounts.models import User
from eservices.catalogue.definition.compiler import export_definition
from eservices.catalogue.models import ServicePage
from tests.factories.catalogue import SERVICE, make_counter, make_editor, make_service
from tests.factories.formbuilder import when
from tests.factories.home import translated

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_editor())
    return client


@pytest.fixture
def index():
    return make_counter()


def offer(client, index, **posted):
    return client.post(f"/admin/pages/services/import/{index.pk}/", posted)


def upload(content) -> SimpleUploadedFile:
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return SimpleUploadedFile("service.json", content, "application/json")


def stranger(client, group: str | None = None):
    """Sign in a user of the admin who has no page rights."""
    from django.contrib.auth.models import Group, Permission

    user = User.objects.create_user(email="autre@orvenay.example", password="motdepasse-long")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    if group:
        user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


@pytest.mark.parametrize("way", ["file", "text"])
def test_imported_definition_becomes_a_draft(editor, index, way):
    given = upload(SERVICE) if way == "file" else json.dumps(SERVICE)
    answer = offer(editor, index, **{way: given})
    page = ServicePage.objects.get()
    assert answer.url == f"/admin/pages/{page.pk}/edit/"
    assert not page.live
    assert page.latest_revision.user.email == "redaction@orvenay.example"
    assert editor.get(answer.url).status_code == 200


def test_import_shows_all_problems_and_writes_nothing(editor, index):
    faulty = copy.deepcopy(SERVICE) | {"colour": "red"}
    faulty["steps"][0]["fields"][0]["type"] = "telepathy"
    faulty["steps"][1]["fields"][1]["condition"] = when("inconnu")
    text = offer(editor, index, text=json.dumps(faulty)).content.decode()
    for path in ("colour", "field.prenom.type", "field.precision"):
        assert f"<code>{path}</code>" in text
    assert "telepathy" in text.split("<textarea")[1]  # the pasted text is still there
    assert not ServicePage.objects.exists()


def test_import_of_no_definition_is_refused_with_a_message(editor, index):
    for posted in (
        {"file": upload(b"\xff\xfe{}")},
        {"file": upload(b"{")},
        {"file": upload(b"[" * 100_000)},
        {"file": upload(b" " * (5 * 1024 * 1024) + b"{}")},
        {"text": "[1, 2"},
        {"text": '"\\ud800"'},
        {"text": "null"},
        {"text": " "},
        {"file": upload(b"")},
        {},
        {"file": upload(SERVICE), "text": json.dumps(SERVICE)},
    ):
        answer = offer(editor, index, **posted)
        assert answer.status_code == 200, posted
        text = answer.content.decode()
        assert "error-message" in text or "import-faults" in text or "messages" in text, posted
    assert not ServicePage.objects.exists()


def test_markup_in_a_definition_is_escaped(editor, index):
    text = offer(
        editor, index, text=json.dumps(SERVICE | {"<img src=x onerror=alert(1)>": 1})
    ).content.decode()
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


def test_import_of_an_existing_service_becomes_its_draft(editor, index):
    page = make_service(index)
    changed = copy.deepcopy(SERVICE)
    changed["texts"]["fr"]["title"] = "Autre titre"
    offer(editor, index, text=json.dumps(changed))
    page = ServicePage.objects.get()
    assert (page.title, page.draft_title) == ("Attestation de domicile", "Autre titre")


def test_import_sent_twice_creates_one_service(editor, index):
    first, second = (offer(editor, index, text=json.dumps(SERVICE)) for _press in range(2))
    page = ServicePage.objects.get()
    assert first.url == second.url == f"/admin/pages/{page.pk}/edit/"
    assert not page.live


def test_import_reports_languages_without_a_counter(editor, index):
    offered = copy.deepcopy(SERVICE)
    offered["texts"]["de"] = {"title": "Wohnsitzbestätigung"}
    answer = offer(editor, index, text=json.dumps(offered))
    assert "texts.de" in editor.get(answer.url).content.decode()


def test_import_respects_a_page_lock(client, editor, index):
    page = make_service(index)
    page.locked = True
    page.locked_by = User.objects.create_user(email="autre@orvenay.example", password="motdepasse-long")
    page.save()
    text = offer(editor, index, text=json.dumps(SERVICE)).content.decode()
    assert "<code>slug</code>" in text


def test_import_requires_the_right_to_add_pages(client, index):
    assert offer(client, index, text=json.dumps(SERVICE)).status_code == 302  # to the sign-in
    stranger(client)
    assert client.get(f"/admin/pages/services/import/{index.pk}/").status_code in (302, 403)
    assert offer(client, index, text=json.dumps(SERVICE)).status_code in (302, 403)
    assert not ServicePage.objects.exists()


def test_import_is_offered_only_below_a_counter(editor, index):
    assert editor.get(f"/admin/pages/services/import/{index.get_parent().pk}/").status_code == 404
    assert editor.get("/admin/pages/services/import/99999/").status_code == 404


def test_export_is_the_latest_draft_as_a_file(editor):
    page = make_service()
    page.title = "Autre titre"
    page.save_revision()
    answer = editor.get(f"/admin/pages/services/{page.pk}/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="attestation.json"'
    assert json.loads(answer.content) == export_definition(
        ServicePage.objects.get().get_latest_revision_as_object()
    )
    assert json.loads(answer.content)["texts"]["fr"]["title"] == "Autre titre"


def test_export_of_a_translation_is_the_whole_service(editor, index):
    page = make_service(index)
    german = translated(page, "de", title="Wohnsitzbestätigung")
    exported = json.loads(editor.get(f"/admin/pages/services/{german.pk}/export/").content)
    assert exported["language"] == "fr"
    assert exported["texts"]["de"] == {"title": "Wohnsitzbestätigung"}


def test_export_requires_the_right_to_edit(client):
    page = make_service()
    stranger(client)
    assert client.get(f"/admin/pages/services/{page.pk}/export/").status_code in (302, 403)


def test_headers_link_to_import_and_export(editor, index):
    page = make_service(index)
    listing = editor.get(f"/admin/pages/{index.pk}/").content.decode()
    assert f"/admin/pages/services/import/{index.pk}/" in listing
    assert _("Import a service") in listing
    assert (
        f"/admin/pages/services/{page.pk}/export/"
        in editor.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    )
