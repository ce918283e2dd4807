"""Virus scan: infected uploads are refused, held while the scanner is unavailable, destroyed if found later."""

import os
import socket
import socketserver
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone, translation

from eservices.cases.models import StatusLink
from eservices.deliveries.models import Delivery
from eservices.submissions import actions, checks, upload_checks, virus_scan
from eservices.submissions.jobs import scan_waiting_files
from eservices.submissions.models import ScanResult, StoredFile, Submission
from mysite.settings import environment
from tests.factories.cases import CaseFactory, member
from tests.factories.submissions import pdf
from tests.submissions.clamd_double import EICAR, running, url

pytestmark = pytest.mark.django_db
VIRUS = b"%PDF-1.7\n" + EICAR


@pytest.fixture
def scanner(settings):
    with running() as server:
        settings.CLAMAV_URL = url(server)
        yield server


@pytest.fixture
def away(settings):
    """Configure a scanner address on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def back(away, settings):
    """Start the scanner, then run the job and its tasks."""
    with running() as server:

        def come_back(later=timedelta(minutes=2)):
            cache.clear()
            settings.CLAMAV_URL = url(server)
            scan_waiting_files(timezone.now() + later)

        yield come_back


@pytest.fixture
def at_the_file_step(person):
    person.begin(_shown="pour lien", pour="autre", lien="fille")
    person.fill("identite")
    return person


# -- The protocol --------------------------------------------------------------------------------------------
def test_clean_file_passes_and_a_virus_is_named(scanner):
    assert virus_scan.scan_content([b"a", b"b" * 200_000]) == ""
    assert virus_scan.scan_content([VIRUS[:20], VIRUS[20:]]) == "Eicar-Test"
    assert scanner.heard == [b"a" + b"b" * 200_000, VIRUS]


def test_scanner_may_listen_on_a_unix_socket(settings, tmp_path):
    path = str(tmp_path / "clamd.ctl")
    with running(socketserver.ThreadingUnixStreamServer, path):
        settings.CLAMAV_URL = f"unix://{path}"

        assert virus_scan.scan_content([b"a"]) == ""
        assert virus_scan.scan_content([VIRUS]) == "Eicar-Test"


@pytest.mark.parametrize("says", [b"stream: Something ERROR\0", b"nonsense", b"\0"])
def test_scanner_with_an_unclear_answer_counts_as_unavailable(settings, says):
    with running(says=says) as server:
        settings.CLAMAV_URL = url(server)

        with pytest.raises(virus_scan.ScannerUnavailable):
            virus_scan.scan_content([b"a"])


def test_unavailable_scanner_is_not_asked_for_each_file(away, settings):
    with pytest.raises(virus_scan.ScannerUnavailable):
        virus_scan.scan_content([b"a"])
    with running() as server:
        settings.CLAMAV_URL = url(server)

        with pytest.raises(virus_scan.ScannerUnavailable):
            virus_scan.scan_content([b"a"])
        assert not server.heard


def test_hanging_scanner_times_out(settings, monkeypatch):
    monkeypatch.setattr(virus_scan, "ANSWER", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CLAMAV_URL = f"tcp://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(virus_scan.ScannerUnavailable):
            virus_scan.scan_content([b"a"])


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:3310", "unix:///run/clamav/clamd.ctl", ""])
def test_valid_scanner_address_is_accepted(monkeypatch, address):
    monkeypatch.setenv("CLAMAV_URL", address)
    assert environment.read_scanner("CLAMAV_URL") == address


@pytest.mark.parametrize(
    "address", ["127.0.0.1:3310", "tcp://127.0.0.1", "tcp://127.0.0.1:x", "unix://", "http://x:1"]
)
def test_invalid_scanner_address_prevents_the_start(monkeypatch, address):
    monkeypatch.setenv("CLAMAV_URL", address)
    with pytest.raises(ImproperlyConfigured, match="CLAMAV_URL"):
        environment.read_scanner("CLAMAV_URL")


# -- System checks -------------------------------------------------------------------------------------------
def test_scanner_check_passes_if_the_largest_file_is_taken(scanner):
    assert checks.check_scanner(None) == []


def test_scanner_check_reports_a_missing_scanner(settings, away):
    assert [one.id for one in checks.check_scanner(None)] == ["submissions.W002"]
    settings.CLAMAV_URL = ""
    assert [one.id for one in checks.check_scanner(None)] == ["submissions.W001"]


def test_scanner_check_reports_a_limit_that_is_too_low(settings):
    with running(most=1000) as server:
        settings.CLAMAV_URL = url(server)
        assert "StreamMaxLength" in checks.check_scanner(None)[0].hint


# -- During the upload ---------------------------------------------------------------------------------------
def test_infected_file_is_refused_and_the_clean_one_is_stored(at_the_file_step, scanner):
    person = at_the_file_step

    response = person.post("procuration", piece=[pdf("sain.pdf"), pdf("malade.pdf", VIRUS)])

    assert response.status_code == 200
    assert "malade.pdf" in response.text
    assert "Eicar-Test" in response.text
    stored = StoredFile.objects.get()
    assert (stored.name, stored.scan) == ("sain.pdf", ScanResult.CLEAN)


def test_files_are_stored_unscanned_without_a_scanner(at_the_file_step):
    at_the_file_step.post("procuration", piece=pdf())

    assert StoredFile.objects.get().scan == ScanResult.NOT_NEEDED


def test_infected_file_of_a_reply_is_refused_and_its_text_shown(client, scanner):
    case = CaseFactory(asked=True)
    page = client.post(f"{_link(case)}repondre/", {"text": "Voici.", "files": [pdf("malade.pdf", VIRUS)]})

    assert page.status_code == 422
    assert "malade.pdf" in page.text
    assert "Voici." in page.text
    assert not StoredFile.objects.exists()


# -- While the scanner is unavailable ------------------------------------------------------------------------
def test_unscanned_file_is_held_and_the_applicant_notified(at_the_file_step, away):
    person = at_the_file_step
    person.post("procuration", piece=pdf())

    assert StoredFile.objects.get().scan == ScanResult.WAITING
    with translation.override("en"):
        assert "being checked before it can be opened" in person.open("procuration").text


def test_held_file_opens_for_nobody_but_its_name_is_shown(client, away):
    case = CaseFactory(asked=True)
    link = _link(case)
    client.post(f"{link}repondre/", {"text": "Voici.", "files": [pdf()]})
    stored = StoredFile.objects.get()

    assert client.get(f"{link}fichiers/{stored.pk}/").status_code == 404
    page = client.get(link)
    assert "procuration.pdf" in page.text
    assert f"fichiers/{stored.pk}" not in page.text
    client.force_login(member(team=case.team))
    desk = client.get(reverse("cases:case", args=[case.reference]))
    assert "procuration.pdf" in desk.text
    assert str(stored.pk) not in desk.text
    assert client.get(reverse("cases:file", args=[case.reference, stored.pk])).status_code == 404


def test_held_file_opens_after_a_clean_scan(client, back):
    case = CaseFactory(asked=True)
    link = _link(case)
    client.post(f"{link}repondre/", {"text": "Voici.", "files": [pdf()]})
    back()

    stored = StoredFile.objects.get()
    assert (stored.scan, stored.scan_due_at) == (ScanResult.CLEAN, None)
    assert client.get(f"{link}fichiers/{stored.pk}/").status_code == 200


def test_unavailable_scanner_is_retried_with_pauses(at_the_file_step, away):
    at_the_file_step.post("procuration", piece=pdf())
    stored = StoredFile.objects.get()
    later = timezone.now() + timedelta(minutes=5)

    scan_waiting_files(timezone.now())
    stored.refresh_from_db()
    first = stored.scan_due_at
    scan_waiting_files(later)
    stored.refresh_from_db()

    assert first < later < stored.scan_due_at
    assert stored.scan == ScanResult.WAITING


# -- Viruses found later -------------------------------------------------------------------------------------
def test_virus_in_a_draft_is_destroyed_and_the_file_asked_again(
    at_the_file_step, back, django_capture_on_commit_callbacks
):
    person = at_the_file_step
    person.post("procuration", piece=pdf("malade.pdf", VIRUS))
    with django_capture_on_commit_callbacks(execute=True):
        back()

    stored = StoredFile.objects.get()
    assert (stored.scan, stored.virus) == (ScanResult.INFECTED, "Eicar-Test")
    assert not storages["private"].exists(stored.content.name)
    assert person.answers["piece"] is None
    assert person.client.get(person.page("resume")).url == person.url("procuration")
    assert "malade.pdf" in person.open("procuration").text


def test_destroyed_file_is_replaced_by_another_copy(at_the_file_step, back):
    person = at_the_file_step
    person.post("procuration", piece=pdf("piece.pdf", VIRUS))
    back()
    person.post("procuration", piece=pdf("piece.pdf"))
    for step in ("contact", "document"):
        person.fill(step)
    person.send()

    assert [one.scan for one in Submission.objects.get().files.all()] == [ScanResult.CLEAN]


def test_virus_found_after_sending_notifies_agent_and_applicant(
    at_the_file_step, back, django_capture_on_commit_callbacks
):
    person = at_the_file_step
    person.post("procuration", piece=pdf("malade.pdf", VIRUS))
    for step in ("contact", "document"):
        person.fill(step)
    person.send()
    with django_capture_on_commit_callbacks(execute=True):
        back()

    case = Submission.objects.get().case
    stored = StoredFile.objects.get()
    assert not storages["private"].exists(stored.content.name)
    assert case.events.get(kind="file_infected").data["name"] == "malade.pdf"
    letter = Delivery.objects.for_subject(case.subject).order_by("created_at").last()
    assert letter.recipient == "elodie@courriel.example"
    assert "malade.pdf" in letter.payload["text"]
    with translation.override("en"):
        page = person.client.get(_link(case))
    assert "malade.pdf: destroyed because of a virus" in page.text


def test_virus_in_a_reply_is_recorded_once(client, back, django_capture_on_commit_callbacks):
    case = CaseFactory(asked=True)
    client.post(f"{_link(case)}repondre/", {"text": "Voici.", "files": [pdf("malade.pdf", VIRUS)]})
    with django_capture_on_commit_callbacks(execute=True):
        back()
        back(timedelta(hours=1))
        actions.scan_file(StoredFile.objects.get().pk)

    assert case.events.filter(kind="file_infected").count() == 1


def _link(case) -> str:
    made = StatusLink.objects.create(case=case, mailed=True)
    return reverse("space:status", args=[made.secret])


# -- The real scanner ----------------------------------------------------------------------------------------
@pytest.fixture
def clamd(settings):
    address = os.environ.get("TEST_CLAMAV_URL")
    if not address and not os.environ.get("COMMUNE_REQUIRE_ALL"):
        pytest.skip("TEST_CLAMAV_URL names no clamd")
    assert address, "CI starts a clamd and names it in TEST_CLAMAV_URL"
    settings.CLAMAV_URL = address


def test_real_clamd_finds_the_test_virus_and_passes_clean_files(clamd):
    assert upload_checks.check_upload(pdf()).scan == ScanResult.CLEAN
    assert "Eicar" in virus_scan.scan_content([EICAR])  # scanners recognise it at the start of a file


def stored_files(folder: str = "") -> set[str]:
    """Return the names of all files in the private storage."""
    folders, files = storages["private"].listdir(folder)
    inside = [stored_files(f"{folder}/{one}".lstrip("/")) for one in folders]
    return {f"{folder}/{one}" for one in files}.union(*inside)


@pytest.mark.parametrize("headers", [{}, {"Accept": "application/json"}], ids=["pressed", "by itself"])
def test_real_clamd_refuses_a_virus_of_a_step_in_words(at_the_file_step, clamd, headers):
    person = at_the_file_step
    before = stored_files()

    with translation.override("en"):
        url = person.url("procuration")
        response = person.client.post(url, {"piece": pdf("malade.pdf", VIRUS)}, headers=headers)

    said = " ".join(response.json()["faults"]) if headers else response.text
    assert response.status_code == (422 if headers else 200)
    assert "“malade.pdf” contains a virus (Eicar-Test" in said
    assert not StoredFile.objects.exists()
    assert stored_files() == before
    person.draft.refresh_from_db()
    assert "procuration" not in person.draft.completed
    person.client.post(url, {"piece": pdf("sain.pdf")}, headers=headers)
    assert StoredFile.objects.get().scan == ScanResult.CLEAN


def test_real_clamd_takes_the_largest_allowed_file(clamd):
    assert checks.check_scanner(None) == []
