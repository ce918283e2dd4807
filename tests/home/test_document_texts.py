"""The text of documents is read in the background, and search finds them by it."""

import io
import zipfile
from datetime import timedelta

import pytest
import typst
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Collection

from home import documents, search
from home.models import DocumentText
from tests.factories import home as make
from tests.factories.news import PublicationFactory

pytestmark = pytest.mark.django_db
SENTENCE = "Chaque bateau paie une redevance d’amarrage."


def pdf(text=SENTENCE) -> bytes:
    return typst.compile(f"= Règlement\n\n{text}".encode())


def docx(text=SENTENCE) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", f"<w:p><w:r><w:t>{text} &amp; &#x0;</w:t></w:r></w:p>")
    return made.getvalue()


def document(content=None, name="reglement.pdf", **fields):
    made = get_document_model()(title="Règlement du port", **fields)
    made.file.save(name, ContentFile(pdf() if content is None else content), save=False)
    made.save()
    return made


def sweep():
    documents.wake(timezone.now())


def titles(query):
    return [hit.entry.title for hit in search.find(query, "fr").hits]


@pytest.fixture(autouse=True)
def site():
    make.make_site()


@pytest.mark.parametrize(("content", "name"), [(pdf, "a.pdf"), (docx, "a.docx"), (docx, "a.DOCX")])
def test_a_document_of_the_library_is_found_by_its_text(content, name, client):
    one = PublicationFactory(document=document(content(), name), title="Règlement")
    assert titles("redevance") == []
    sweep()
    assert titles("redevance") == [one.title]
    assert "<mark>redevance</mark>" in client.get("/recherche/?q=redevance").content.decode()


def test_another_file_is_read_anew_and_the_same_is_not():
    one = document()
    PublicationFactory(document=one, title="Règlement")
    sweep()
    one.save()
    assert not DocumentText.objects.exclude(due_at=None).exists()
    one.file.save("b.pdf", ContentFile(pdf("Les pontons sont en bois.")), save=False)
    one._set_document_file_metadata()
    one.save()
    sweep()
    assert titles("pontons") == ["Règlement"]
    assert titles("redevance") == []


def test_a_document_for_some_only_is_not_found_by_its_text():
    collection = Collection.get_first_root_node().add_child(name="Interne")
    collection.view_restrictions.create(restriction_type="login")
    PublicationFactory(document=document(collection=collection), title="Règlement")
    sweep()
    assert titles("redevance") == []


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.pdf"), (b"%PDF-1.7 broken", "a.pdf"), (b"PK broken", "a.docx"), (b"x", "a.csv"), (b"x", "a")],
)
def test_what_cannot_be_read_is_given_up_and_holds_up_nothing(content, name):
    broken = PublicationFactory(document=document(content or b" ", name), title="Règlement")
    other = PublicationFactory(document=document(), title="Autre", kind=broken.kind)
    sweep()
    assert titles("redevance") == [other.title]
    assert not DocumentText.objects.exclude(due_at=None).exists()


def test_an_archive_that_unpacks_to_too_much_is_not_read(monkeypatch):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "redevance " * 6_000_000)
    one = document(made.getvalue(), "a.docx")
    assert documents.text_of(one) == ""


def test_a_reader_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(documents, "PATIENCE", 0.01)
    assert documents.text_of(document()) == ""


def test_a_document_is_read_by_one_worker_at_a_time_and_by_the_next_after_a_crash():
    one = DocumentText.objects.get(document=document())
    now = timezone.now()
    DocumentText.objects.filter(pk=one.pk).update(due_at=now + documents.CLAIM)
    documents.read(one.pk, now)
    one.refresh_from_db()
    assert one.text == ""
    documents.read(one.pk, now + documents.CLAIM + timedelta(seconds=1))
    one.refresh_from_db()
    assert "redevance" in one.text


def test_search_written_anew_reads_documents_that_were_never_read():
    PublicationFactory(document=document(), title="Règlement")
    DocumentText.objects.all().delete()
    search.rebuild()
    sweep()
    assert titles("redevance") == ["Règlement"]
