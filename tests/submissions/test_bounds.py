"""Bounds of posted data: known names only, size limits per draft, address and day, and a reserve of disk space."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import override

from eservices.submissions import actions, session_recovery, upload_checks
from eservices.submissions import rate_limits as submissions_rate_limits
from eservices.submissions.models import Draft, StoredFile
from eservices.submissions.version_migration import owner_of
from home.jobs import delete_expired_sessions
from home.web import rate_limits as web_rate_limits
from tests.factories.accounts import UserFactory
from tests.factories.files import taken
from tests.factories.submissions import DraftFactory, pdf
from tests.submissions.conftest import Person

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def person(client, version):
    """Return an applicant at the second step."""
    person = Person(client, version)
    person.begin()
    return person


@pytest.fixture
def signed_out(client, version):
    person = Person(client, version)
    person.draft = DraftFactory(version=version, steps=["qui"], user=UserFactory())
    return person


def waiting(client) -> list | None:
    return client.session.get(session_recovery.UNSAVED)


def test_draft_stores_known_names_only(person):
    typed = {
        "nom": "Roc",
        "naissance-day": "3",
        "x" * 900: "y",
        "nomade": "1",
        "_begun": "x",
        "go_to": "x",
    }
    person.client.post(person.url("identite"), typed, headers=JSON)

    person.draft.refresh_from_db()
    assert person.draft.typed["identite"] == {"nom": ["Roc"], "naissance-day": ["3"]}


def test_endless_input_name_belongs_to_no_question():
    name = "nom" + "-a" * 1_000_000
    assert owner_of(name, {"nom": None}) == name


def test_session_of_a_signed_out_visitor_stores_known_names_only(signed_out):
    typed = {"nom": "Roc", "x" * 900: "y", "rien": pdf("rien.pdf"), "piece": pdf("bail.pdf")}
    signed_out.client.post(signed_out.url("identite"), typed)

    assert waiting(signed_out.client)[2:] == [{"nom": ["Roc"]}, {"piece": ["bail.pdf"]}]


def test_session_of_a_signed_out_visitor_is_bounded(signed_out):
    with override("en"):
        answer = signed_out.client.post(signed_out.url("identite"), {"nom": "x" * 70_000}, headers=JSON)

    assert answer.status_code == 401
    assert "Nothing is saved here" in answer.json()["faults"][0]
    assert not Session.objects.exists()


def test_signed_out_visitor_makes_few_sessions(signed_out, monkeypatch):
    monkeypatch.setattr(
        submissions_rate_limits, "WAIT", submissions_rate_limits.WaitingRateLimit("unsaved-test", 2)
    )
    for _time in range(4):
        signed_out.client.cookies.clear()
        signed_out.client.post(signed_out.url("identite"), {"nom": "Roc"})

    assert Session.objects.count() == 2


def test_expired_sessions_are_deleted():
    cache.delete("sessions-forgotten")
    now = timezone.now()
    for key, hours in (("ended", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(hours=hours))

    delete_expired_sessions(now)

    assert [one.session_key for one in Session.objects.all()] == ["running"]


def test_draft_text_has_a_maximum_size(person, monkeypatch):
    monkeypatch.setattr(actions, "MOST_TYPED", 1000)
    answer = person.client.post(person.url("identite"), {"nom": "x" * 1000}, headers=JSON)

    assert answer.status_code == 413
    person.draft.refresh_from_db()
    assert "identite" not in person.draft.typed


def test_network_address_saves_limited_text_a_day(person, monkeypatch):
    monkeypatch.setattr(
        submissions_rate_limits,
        "TYPED_CALLER",
        submissions_rate_limits.WaitingRateLimit("typed-test", 100, web_rate_limits.DAY),
    )
    url = person.url("identite")
    said = [
        person.client.post(url, {"nom": "x" * 60, "_seen": ""}, headers=JSON).status_code
        for _same in range(3)
    ]
    more = person.client.post(url, {"nom": "x" * 120, "_seen": ""}, headers=JSON)

    assert said == [200, 200, 200]  # repeated text adds nothing
    assert more.status_code == 429
    assert int(more["Retry-After"]) > web_rate_limits.HOUR


def test_network_address_uploads_limited_bytes_a_day(client, version, monkeypatch):
    monkeypatch.setattr(
        submissions_rate_limits,
        "FILES_CALLER",
        submissions_rate_limits.WaitingRateLimit("bytes-test", 150, web_rate_limits.DAY),
    )
    person = Person(client, version)
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    content = b"%PDF-1.7" + b"x" * 92
    codes = [
        client.post(person.url("procuration"), {"piece": pdf(f"{n}.pdf", content)}, headers=JSON).status_code
        for n in range(2)
    ]
    assert codes == [200, 429]


def test_draft_bytes_are_limited_to_its_share(settings, version):
    settings.UPLOAD_MAX_BYTES = 30
    draft = DraftFactory(version=version)
    for number in range(2):
        upload = upload_checks.check_upload(pdf(f"{number}.pdf", b"%PDF-1.7" + bytes([65 + number]) * 12))
        actions.attach_file(actor=None, draft=draft, field="piece", upload=upload, most=50)
    settings.UPLOAD_MAX_BYTES = 5
    third = replace(upload, name="c.pdf", digest="0" * 64)
    with override("en"), pytest.raises(actions.SubmissionRefused, match="All files of a request together"):
        actions.attach_file(actor=None, draft=draft, field="piece", upload=third, most=50)
    assert StoredFile.objects.count() == 2


def test_uploads_stop_before_the_disk_reserve(client, version, settings):
    person = Person(client, version)
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    settings.DISK_RESERVE = 10**18

    with override("en"):
        answer = person.client.post(person.url("procuration"), {"piece": pdf()}, headers=JSON)

    assert answer.status_code == 422
    assert "our storage is almost full" in answer.json()["faults"][0]
    assert client.get("/health/").json()["disk"] == {"alive": False}
    assert Draft.objects.exists()
    assert not StoredFile.objects.exists()


def test_heic_photo_is_stored_as_jpeg():
    checked = upload_checks.check_upload(pdf("IMG_1.heic", taken("HEIF")))

    assert (checked.name, checked.content_type) == ("IMG_1.jpg", "image/jpeg")
    assert checked.size == len(checked.file.read())
