"""Texts of downloads: extracted in the background and found by the search."""

import io
import zipfile
from datetime import timedelta

import pytest
import typst
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.documents import get_document_model
from wagtail.models import Collection

from home import jobs
from home.models import DocumentText, HomePage
from home.search import document_texts, index
from home.signals import document_changed
from tests.factories import home as make
from tests.factories.accounts import SuperuserFactory
from tests.factories.news import (
    JobIndexPageFactory,
    JobPageFactory,
    MeetingIndexPageFactory,
    MeetingPageFactory,
    PublicationFactory,
)

pytestmark = pytest.mark.django_db
SENTENCE = "Chaque bateau paie une redevance d’amarrage."


def pdf(text=SENTENCE) -> bytes:
    return typst.compile(f"= Règlement\n\n{text}".encode())


def docx(text=SENTENCE) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", f"<w:p><w:r><w:t>{text} &amp; &#x0;</w:t></w:r></w:p>")
    return made.getvalue()


def document(content=None, name="reglement.docx", **fields):
    """Create a document; by default of an office, because a PDF takes ten times as long to make and to read."""
    made = get_document_model()(title="Règlement du port", **fields)
    made.file.save(name, ContentFile(docx() if content is None else content), save=False)
    made.save()
    return made


def sweep():
    jobs.extract_document_texts(timezone.now())


def titles(query):
    return [hit.entry.title for hit in index.find_entries(query, "fr").hits]


@pytest.fixture(autouse=True)
def site():
    make.make_site()


@pytest.mark.parametrize(("content", "name"), [(pdf, "a.pdf"), (docx, "a.docx"), (docx, "a.DOCX")])
def test_library_document_is_found_by_its_text(content, name, client):
    one = PublicationFactory(document=document(content(), name), title="Règlement")
    assert titles("redevance") == []
    sweep()
    assert titles("redevance") == [one.title]
    assert "<mark>redevance</mark>" in client.get("/recherche/?q=redevance").content.decode()


def test_only_changed_file_is_extracted_again():
    one = document()
    PublicationFactory(document=one, title="Règlement")
    sweep()
    one.save()
    assert not DocumentText.objects.exclude(due_at=None).exists()
    one.file.save("b.docx", ContentFile(docx("Les pontons sont en bois.")), save=False)
    one._set_document_file_metadata()
    one.save()
    sweep()
    assert titles("pontons") == ["Règlement"]
    assert titles("redevance") == []


def test_restricted_document_is_not_found_by_its_text():
    collection = Collection.get_first_root_node().add_child(name="Interne")
    collection.view_restrictions.create(restriction_type="login")
    PublicationFactory(document=document(collection=collection), title="Règlement")
    sweep()
    assert titles("redevance") == []


def test_unreadable_document_does_not_delay_others():
    kind = PublicationFactory(document=document(b" ", "a.pdf"), title="Règlement").kind
    for content, name in (
        (b"%PDF-1.7 broken", "b.pdf"),
        (b"PK broken", "c.docx"),
        (b"x", "d.csv"),
        (b"x", "e"),
    ):
        PublicationFactory(document=document(content, name), title=f"Règlement {name}", kind=kind)
    other = PublicationFactory(document=document(), title="Autre", kind=kind)
    sweep()
    assert titles("redevance") == [other.title]
    assert not DocumentText.objects.exclude(due_at=None).exists()


def test_document_that_unpacks_to_too_much_is_not_read(monkeypatch):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "redevance " * 6_000_000)
    one = document(made.getvalue(), "a.docx")
    assert document_texts.run_text_extractor(one) == ""


def test_slow_text_extraction_is_stopped(monkeypatch):
    monkeypatch.setattr(document_texts, "EXTRACTION_TIMEOUT", 0.01)
    assert document_texts.run_text_extractor(document()) == ""


def test_text_extraction_is_queued_once(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
    document()
    for _sweep in range(3):
        sweep()
    assert DBTaskResult.objects.filter(task_path__endswith="extract_document_text").count() == 1


def test_document_is_claimed_by_one_worker_until_claim_expires():
    one = DocumentText.objects.get(document=document())
    now = timezone.now()
    DocumentText.objects.filter(pk=one.pk).update(due_at=now + document_texts.CLAIM)
    document_texts.extract_text(DocumentText, one.pk, now)
    one.refresh_from_db()
    assert one.text == ""
    document_texts.extract_text(DocumentText, one.pk, now + document_texts.CLAIM + timedelta(seconds=1))
    one.refresh_from_db()
    assert "redevance" in one.text


def test_index_rebuild_queues_unread_documents():
    PublicationFactory(document=document(), title="Règlement")
    DocumentText.objects.all().delete()
    index.rebuild_index()
    sweep()
    assert titles("redevance") == ["Règlement"]


def test_document_moved_to_restricted_collection_is_not_found(client):
    """Applies to single and to bulk moves."""
    closed = Collection.get_first_root_node().add_child(name="Interne")
    closed.view_restrictions.create(restriction_type="login")
    one, other = document(), document(name="b.docx")
    kind = PublicationFactory(document=one, title="Port").kind
    PublicationFactory(document=other, title="Lac", kind=kind)
    sweep()
    assert set(titles("redevance")) == {"Port", "Lac"}
    one.collection = closed
    one.save()
    assert titles("redevance") == ["Lac"]
    client.force_login(SuperuserFactory())
    address = reverse("wagtail_bulk_action", args=["wagtaildocs", "document", "add_to_collection"])
    client.post(f"{address}?id={other.pk}", {"collection": closed.pk})
    assert titles("redevance") == []


# -- Files of a page -----------------------------------------------------------------------------------------
@pytest.fixture
def meeting():
    """A council meeting with minutes and the document of an agenda item, each with words that only it contains."""
    index = MeetingIndexPageFactory(parent=HomePage.objects.get())
    paper = document(docx("Le crédit paie des bouées neuves."), "preavis.docx")
    minutes = document(docx("La présidente clôt le débat sur les hérons."), "pv.docx")
    item = {"title": "Préavis 12", "document": paper, "outcome": "accepted"}
    return make.published(
        MeetingPageFactory(parent=index, title="Séance", agenda=[("item", item)], minutes=minutes)
    )


@pytest.fixture
def job():
    index = JobIndexPageFactory(parent=HomePage.objects.get())
    sheet = document(docx("Vous taillez les platanes."), "cahier.docx")
    other = document(docx("Le statut prévoit des vacances."), "statut.docx")
    words = f'<p><a linktype="document" id="{other.pk}">Statut du personnel</a></p>'
    body = [("download", {"document": sheet, "label": ""}), ("text", words)]
    return make.published(JobPageFactory(parent=index, title="Jardinière", closes_on=None, body=body))


def test_meeting_is_found_by_text_of_its_documents(meeting):
    assert titles("bouées") == titles("hérons") == []
    sweep()
    hits = index.find_entries("bouées", "fr").hits + index.find_entries("hérons", "fr").hits
    assert [(hit.entry.title, hit.url) for hit in hits] == [(meeting.title, meeting.url)] * 2


def test_page_is_found_by_known_document_once_published(meeting):
    known = document(docx("Le rapport parle des castors."), "rapport.docx")
    sweep()
    assert titles("castors") == []
    meeting.minutes = known
    meeting.save_revision()
    assert titles("castors") == []
    make.published(meeting)
    assert titles("castors") == [meeting.title]


def test_vacancy_is_found_by_text_of_linked_documents(job):
    sweep()
    assert titles("platanes") == titles("vacances") == [job.title]


@pytest.mark.parametrize("page", ["meeting", "job"])
def test_documents_of_page_that_is_not_public_are_not_found(page, request):
    page, word = request.getfixturevalue(page), {"meeting": "hérons", "job": "platanes"}[page]
    sweep()
    restriction = page.view_restrictions.create(restriction_type="login")
    assert titles(word) == []
    restriction.delete()
    assert titles(word) == [page.title]
    page.unpublish()
    assert titles(word) == []
    document_changed.send(sender=DocumentText, document=get_document_model().objects.last())
    assert titles(word) == []


def test_page_is_not_found_by_removed_or_changed_documents(meeting):
    sweep()
    paper, minutes = get_document_model().objects.order_by("pk")
    restriction = Collection.get_first_root_node().view_restrictions.create(restriction_type="login")
    assert titles("hérons") == []
    restriction.delete()
    assert titles("hérons") == [meeting.title]
    minutes.delete()
    assert titles("hérons") == []
    paper.file.save("neu.docx", ContentFile(docx("Rien de tel.")), save=False)
    paper._set_document_file_metadata()
    paper.save()
    assert titles("bouées") == []
    sweep()
    assert titles("bouées") == []
    assert titles("rien de tel") == [meeting.title]
