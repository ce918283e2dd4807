"""Walkthroughs of uploads, one per known fault, through the public pages, the desk and the admin."""

import io
import time
from resource import RUSAGE_SELF, getrusage

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.images import get_image_model

from eservices.cases.models import Role
from eservices.reports.models import ProblemReport
from eservices.submissions.models import StoredFile
from home.untrusted_files.inspection import MOST_PIXELS
from news.official_notices.models import OfficialNoticeFile
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import CaseFactory, applicant, member
from tests.factories.files import VBA, WRITTEN, docx, endless_paper, opening, relation, taken
from tests.factories.reports import ReportCategoryFactory
from tests.factories.submissions import ANSWERS, DraftFactory, FormVersionFactory, certificate
from tests.reports.test_reports import FILE, typed

pytestmark = pytest.mark.django_db


def photographed(size: tuple[int, int], mode: str = "RGBA") -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new(mode, size, (10, 20, 30, 255)).save(drawn, "PNG")
    return SimpleUploadedFile("photo.png", drawn.getvalue(), "image/png")


def test_photo_of_a_problem_report_uses_little_memory(client, monkeypatch):
    category, photo = ReportCategoryFactory(), photographed((3600, 3600))
    monkeypatch.setitem(MOST_PIXELS, "PNG", 13_000_000)
    before = getrusage(RUSAGE_SELF).ru_maxrss
    assert client.post(FILE, typed(category, photo=photo)).status_code == 302
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 30_000  # kB; it unpacks to 52 MB

    monkeypatch.setitem(MOST_PIXELS, "PNG", 12_000_000)
    refused = client.post(FILE, typed(category, photo=photographed((3600, 3600))))
    assert refused.status_code == 422
    assert ProblemReport.objects.count() == 1


def test_heic_photo_of_a_phone_reports_a_problem(client):
    photo = SimpleUploadedFile("IMG_1.heic", taken("HEIF"), "image/heic")
    assert client.post(FILE, typed(ReportCategoryFactory(), photo=photo)).status_code == 302

    with ProblemReport.objects.get().photo.content.open("rb") as kept:
        content = kept.read()
    assert Image.open(io.BytesIO(content)).format == "JPEG"
    assert WRITTEN.encode() not in content


# -- Photos of phones: each door takes HEIC, and stores what every browser shows
def by_form(client, photo):
    content = certificate()
    content["steps"][2]["fields"][0]["settings"] = {"accept": ["pdf", "jpg"]}
    answers = ANSWERS["identite"] | {"pour": "autre", "lien": "fille"}
    draft = DraftFactory(
        version=FormVersionFactory(content=content), steps=["qui", "identite"], answers=answers
    )
    client.post(reverse("submissions:step", args=[draft.secret, "procuration"]), {"piece": photo})
    return StoredFile.objects.get().content


def by_report(client, photo):
    client.post(FILE, typed(ReportCategoryFactory(), photo=photo))
    return ProblemReport.objects.get().photo.content


def by_answer(client, photo):
    case = CaseFactory(asked=True)
    client.post(reverse("space:status_answer", args=[applicant(case).link.secret]), {"files": [photo]})
    return StoredFile.objects.get(messages__case=case).content


def by_agent(client, photo):
    case = CaseFactory()
    client.force_login(member(Role.TREAT))
    client.post(reverse("cases:do", args=[case.reference, "message"]), {"text": "Voici.", "files": [photo]})
    return StoredFile.objects.get(messages__case=case).content


def by_editor(client, photo):
    client.force_login(SuperuserFactory())
    client.post(reverse("wagtailimages:add"), {"title": "Lac", "file": photo, "collection": 1})
    return get_image_model().objects.get().file


def by_notice(client, photo):
    file = OfficialNoticeFile(title="Plan", file=photo)
    file.full_clean(exclude=["page"])
    return file.file


@pytest.mark.parametrize("door", [by_form, by_report, by_answer, by_agent, by_editor, by_notice])
def test_every_door_takes_heic_and_stores_jpeg(client, door):
    with door(client, SimpleUploadedFile("IMG_1.HEIC", taken("HEIF"), "image/heic")).open("rb") as stored:
        assert Image.open(io.BytesIO(stored.read())).format == "JPEG"


@pytest.mark.parametrize("door", [by_form, by_report, by_answer, by_agent, by_notice])
def test_residents_and_agents_may_send_heif(client, door):
    with door(client, SimpleUploadedFile("20261201.heif", taken("HEIF"), "image/heif")).open("rb") as stored:
        assert Image.open(io.BytesIO(stored.read())).format == "JPEG"


def test_endless_pdf_blocks_the_preview_only_once(client):
    content = endless_paper()
    assert len(content) < 9_000
    case = CaseFactory()
    stored = StoredFile(
        submission=case.submission, name="bail.pdf", content_type="application/pdf", digest="0" * 64
    )
    stored.size = len(content)
    stored.content.save("bail.pdf", io.BytesIO(content), save=False)
    stored.save()
    client.force_login(member(Role.READ))
    url = reverse("cases:preview", args=[case.reference, stored.pk])

    assert client.get(url).status_code == 404
    begun = time.monotonic()
    assert client.get(url).status_code == 404
    assert client.get(url, {"page": "2"}).status_code == 404
    assert time.monotonic() - begun < 1


@pytest.fixture
def asked(client):
    """Return the URL of a step that asks for a Word document or a PDF."""
    content = certificate()
    content["steps"][2]["fields"][0]["settings"] = {"accept": ["docx", "pdf"], "max_files": 5}
    answers = ANSWERS["identite"] | {"pour": "autre", "lien": "fille"}
    draft = DraftFactory(
        version=FormVersionFactory(content=content), steps=["qui", "identite"], answers=answers
    )
    return reverse("submissions:step", args=[draft.secret, "procuration"])


TEMPLATE = relation("attachedTemplate", "https://evil.example/t.dotm")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("facture.docx", docx(**{"word/media/image1.png": VBA}), "contient des macros"),
        ("lettre.docx", docx(**{"word/_rels/settings.xml.rels": TEMPLATE}), "charge son modèle"),
        ("bail.pdf", opening(b"<< /S /JavaScript /JS (x) >>"), "contient un programme"),
        ("plan.pdf", opening(b"<< /S /Launch /F (cmd.exe) >>"), "contient un programme"),
    ],
    ids=["macros", "template", "javascript", "launch"],
)
def test_file_with_active_content_is_refused_at_its_question(client, asked, name, content, said):
    page = client.post(asked, {"piece": SimpleUploadedFile(name, content)}).text
    assert said in page
    assert not StoredFile.objects.exists()


def test_file_that_loads_external_content_is_marked(client, asked):
    linked = docx(**{"word/_rels/document.xml.rels": relation("image", "https://x.example/i.png")})
    client.post(asked, {"piece": SimpleUploadedFile("lettre.docx", linked)})
    assert "Attention" in client.get(asked).text

    case = CaseFactory()
    StoredFile.objects.update(draft=None, submission=case.submission)
    client.force_login(member(Role.READ))
    case.submission.answers["piece"] = []
    page = client.get(reverse("cases:file_view", args=[case.reference, StoredFile.objects.get().pk])).text
    assert "charge du contenu depuis une autre adresse" in page


def test_signed_out_visitor_creates_no_sessions(client):
    draft = DraftFactory(user=UserFactory(), steps=["qui"])
    url = reverse("submissions:step", args=[draft.secret, "identite"])
    for _time in range(3):
        assert Client().post(url, {"nom": "x" * 2_000_000, "y": "z" * 100_000}).status_code == 302
    assert not Session.objects.exists()


def test_autosave_ignores_posted_names_of_no_question(client):
    draft = DraftFactory(steps=["qui"])
    url = reverse("submissions:step", args=[draft.secret, "identite"])
    client.post(url, {"nom": "Roc", "lager": "x" * 2_000_000}, headers={"Accept": "application/json"})
    draft.refresh_from_db()
    assert draft.typed["identite"] == {"nom": ["Roc"]}


def test_photo_of_an_editor_is_published_without_its_location(client):
    client.force_login(SuperuserFactory())
    file = SimpleUploadedFile("lac.jpg", taken("JPEG"), "image/jpeg")
    client.post(reverse("wagtailimages:add"), {"title": "Lac", "file": file, "collection": 1})
    image = get_image_model().objects.get()
    for published in (image.file, image.get_rendition("width-20").file, image.get_rendition("original").file):
        with published.open() as content:
            assert WRITTEN.encode() not in content.read()


def test_download_of_an_editor_with_macros_is_refused(client):
    client.force_login(SuperuserFactory())
    file = SimpleUploadedFile("reglement.docx", docx(**{"word/media/image1.png": VBA}))
    page = client.post(reverse("wagtaildocs:add"), {"title": "Règlement", "file": file, "collection": 1})
    assert "contient des macros" in page.text
    assert "n’est pas autorisée" not in page.text
