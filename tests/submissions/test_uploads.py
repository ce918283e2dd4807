"""Files: accepted, checked, stored privately, kept across steps and errors, removable."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from eservices.submissions import uploads
from eservices.submissions.models import StoredFile, Submission
from tests.factories.submissions import pdf, picture


def text(response) -> str:
    return response.content.decode()


def packed(name: str, **parts) -> SimpleUploadedFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part, inside in parts.items():
            archive.writestr(part.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), inside)
    return SimpleUploadedFile(name, content.getvalue())


# -- What is accepted ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("upload", "content_type"),
    [
        (pdf(), "application/pdf"),
        (picture("photo.PNG"), "image/png"),
        (picture("photo.jpeg", "JPEG"), "image/jpeg"),
        (picture("photo.webp", "WEBP"), "image/webp"),
        (packed("lettre.docx", word__document_xml="<w/>"), uploads.TYPES["docx"]),
        (packed("lettre.odt", mimetype=uploads.TYPES["odt"]), uploads.TYPES["odt"]),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_a_file_whose_content_is_what_its_name_says_is_accepted(upload, content_type):
    assert uploads.check(upload).content_type == content_type


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("plan.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        SimpleUploadedFile("page.html", b"<!doctype html><script>alert(1)</script>"),
        SimpleUploadedFile("faux.pdf", b"<!doctype html><script>alert(1)</script>"),
        SimpleUploadedFile("faux.png", b"%PDF-1.7 not a picture"),
        SimpleUploadedFile("virus.exe", b"MZ\x90\x00"),
        SimpleUploadedFile("sans_extension", b"%PDF-1.7"),
        SimpleUploadedFile("double.pdf.exe", b"%PDF-1.7"),
        SimpleUploadedFile("abime.docx", b"PK\x03\x04 damaged"),
        packed("archive.docx", anything="inside"),
        packed("macros.docx", word__document_xml="<w/>", word__vbaProject_bin="x"),
        packed("faux.odt", mimetype="text/html"),
    ],
    ids=lambda one: one.name,
)
def test_any_other_file_is_refused_with_a_message_that_names_it(upload):
    with pytest.raises(ValidationError) as refused:
        uploads.check(upload)

    assert upload.name in refused.value.messages[0]


def test_a_packed_file_that_cannot_be_unpacked_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("mimetype", uploads.TYPES["odt"])
    damaged = bytearray(content.getvalue())
    start = damaged.index(b"mimetype") + len("mimetype") + 9  # behind the properties of the compression
    damaged[start : start + 20] = b"\xff" * 20

    with pytest.raises(ValidationError):
        uploads.check(SimpleUploadedFile("lettre.odt", bytes(damaged)))


def test_an_empty_file_is_refused():
    with pytest.raises(ValidationError):
        uploads.check(SimpleUploadedFile("vide.pdf", b""))


def test_a_file_at_its_limit_is_accepted_and_one_byte_more_refused():
    content = b"%PDF-1.7" + b"x" * 92

    assert uploads.check(pdf(content=content), max_bytes=100).size == 100
    with pytest.raises(ValidationError):
        uploads.check(pdf(content=content + b"x"), max_bytes=100)


def test_a_field_takes_only_the_kinds_it_names():
    with pytest.raises(ValidationError):
        uploads.check(pdf(), extensions=["png"])
    assert uploads.check(picture(), extensions=["png"])


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\moi\\bail.pdf", "bail.pdf"),
        ("ma\u202efdp.pdf", "mafdp.pdf"),
        ("a\0b\n<c>.pdf", "abc.pdf"),
        (".pdf", "pdf"),
        ("É" * 300 + ".pdf", "É" * 146 + ".pdf"),
    ],
)
def test_names_are_cleaned(given, cleaned):
    assert uploads.clean_name(given) == cleaned


def test_a_name_of_nothing_gets_one():
    with override("en"):
        assert uploads.clean_name("///") == "file"


# -- In the filing -------------------------------------------------------------------------------------------
@pytest.fixture
def at_the_file_step(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    return person


def test_a_file_is_stored_privately_under_a_random_name(at_the_file_step):
    person = at_the_file_step

    assert person.post("procuration", piece=pdf()).url == person.url("contact")

    stored = StoredFile.objects.get()
    assert (stored.name, stored.content_type, stored.field) == ("procuration.pdf", "application/pdf", "piece")
    assert "procuration" not in stored.content.name
    assert storages["private"].exists(stored.content.name)
    assert not storages["default"].exists(stored.content.name)
    assert person.answers["piece"] == [{"id": str(stored.pk), "name": "procuration.pdf", "size": stored.size}]


def test_a_required_file_must_be_there(at_the_file_step):
    response = at_the_file_step.post("procuration")

    assert response.status_code == 200
    assert "#id_piece" in text(response)


def test_a_refused_file_says_why_and_the_good_one_beside_it_is_kept(at_the_file_step):
    person = at_the_file_step

    response = person.post(
        "procuration", piece=[pdf(), SimpleUploadedFile("page.html", b"<script>alert(1)</script>")]
    )

    assert response.status_code == 200
    assert "page.html" in text(response)
    assert [stored.name for stored in StoredFile.objects.all()] == ["procuration.pdf"]
    assert person.post("procuration").url == person.url("contact")


def test_a_huge_file_is_refused_and_never_fills_the_disk(at_the_file_step, settings, monkeypatch):
    settings.UPLOAD_MAX_BYTES = 1000
    kept = []
    receive = uploads.TemporaryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        uploads.TemporaryFileUploadHandler,
        "receive_data_chunk",
        lambda self, data, start: kept.append(len(data)) or receive(self, data, start),
    )

    response = at_the_file_step.post("procuration", piece=pdf(content=b"%PDF-1.7" + b"x" * 200_000))

    assert response.status_code == 200
    assert "procuration.pdf" in text(response)
    assert sum(kept) <= 1000
    assert not StoredFile.objects.exists()


def test_more_files_than_allowed_are_refused_and_the_first_ones_kept(at_the_file_step):
    person = at_the_file_step

    response = person.post("procuration", piece=[pdf("a.pdf"), pdf("b.pdf", b"%PDF-1.7 b"), picture()])

    assert response.status_code == 200
    assert [stored.name for stored in StoredFile.objects.all()] == ["a.pdf", "b.pdf"]


def test_the_same_file_twice_is_kept_once(at_the_file_step):
    at_the_file_step.post("procuration", piece=[pdf(), pdf()])

    assert StoredFile.objects.count() == 1


def test_a_file_can_be_removed_and_its_content_goes_with_it(
    at_the_file_step, django_capture_on_commit_callbacks
):
    person = at_the_file_step
    person.post("procuration", piece=pdf())
    stored = StoredFile.objects.get()

    with django_capture_on_commit_callbacks(execute=True):
        response = person.post("procuration", remove_file=str(stored.pk))

    assert response.status_code == 200
    assert not StoredFile.objects.exists()
    assert not storages["private"].exists(stored.content.name)
    assert person.answers["piece"] is None
    assert person.client.get(person.page("resume")).url == person.url("procuration")


@pytest.mark.parametrize("file_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_removing_what_is_not_there_changes_nothing(at_the_file_step, file_id):
    person = at_the_file_step
    person.post("procuration", piece=pdf())

    assert person.post("procuration", remove_file=file_id).status_code in (200, 302)
    assert StoredFile.objects.count() == 1


def test_somebody_elses_file_cannot_be_removed(at_the_file_step, client):
    from tests.factories.submissions import DraftFactory

    at_the_file_step.post("procuration", piece=pdf())
    stored = StoredFile.objects.get()
    stored.draft = DraftFactory()
    stored.save()

    at_the_file_step.post("procuration", remove_file=str(stored.pk))

    assert StoredFile.objects.count() == 1


def test_files_of_questions_that_count_go_with_the_submission(at_the_file_step):
    person = at_the_file_step
    person.post("procuration", piece=pdf())
    person.fill("contact")
    person.fill("document")
    person.send()

    assert StoredFile.objects.get().submission == Submission.objects.get()


def test_files_of_hidden_questions_stay_behind(at_the_file_step):
    person = at_the_file_step
    person.post("procuration", piece=pdf())
    person.post("qui", _shown="pour lien", pour="moi")
    person.fill("contact")
    person.fill("document")
    person.send()

    submission = Submission.objects.get()
    assert "piece" not in submission.answers
    assert StoredFile.objects.get().submission is None


def test_a_file_is_kept_where_another_answer_is_wrong(client, db):
    from eservices.submissions.models import Draft
    from tests.factories.submissions import FormVersionFactory, certificate

    from .conftest import start_url

    content = certificate()
    content["steps"] = [
        {
            "key": "tout",
            "fields": [
                {"key": "nom", "type": "short_text", "required": True},
                {"key": "piece", "type": "files", "required": True},
            ],
        }
    ]
    version = FormVersionFactory(content=content)

    response = client.post(start_url(version), {"nom": "", "piece": pdf()})

    draft = Draft.objects.get()
    assert response.status_code == 200
    assert "procuration.pdf" in text(response)
    assert f"/d/{draft.secret}/" in text(response)
    assert "#id_nom" in text(response)
