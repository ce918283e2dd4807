"""Record transfer: the record of a case is sent to the document store, complete and verified, and never twice."""

import hashlib
import itertools
import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from eservices.cases import actions as cases
from eservices.cases import process, timeline
from eservices.cases.actions.decision_notification import consent
from eservices.cases.actors import ConsultedOffice
from eservices.cases.models import Case, Opinion
from eservices.connectors import case_package, document_store, document_store_transport, filing_plan
from eservices.connectors.contrib import webdav
from eservices.connectors.document_store import StoreUnreachable
from eservices.deliveries import actions as deliveries
from eservices.deliveries import circuit_breaker
from eservices.deliveries.attempts import attempt_delivery
from eservices.deliveries.models import Circuit, Delivery
from eservices.register.models import RegisterCheck
from eservices.submissions.models import StoredFile
from tests.connectors.webdav_server import dripping, webdav_server
from tests.factories.accounts import UserFactory
from tests.factories.cases import DECISION, CaseFactory, TeamFactory, applicant, member
from tests.factories.documents import STAGES, DocumentTemplateFactory, accepted_case, agent, waiting_case
from tests.factories.letter_templates import RemediesFactory
from tests.factories.register import found_in_register
from tests.factories.submissions import FormVersionFactory, certificate, pdf
from tests.submissions.conftest import Person
from tests.support.programs import parse_words

pytestmark = pytest.mark.django_db
FILING = {"key": "ged", "type": "filing", "settings": {"format": 1, "plan": "Habitants/{year}/{reference}"}}


@pytest.fixture
def shelf(request, settings, tmp_path):
    """Yield the folder of the document store: a local one, or that of a WebDAV server."""
    if getattr(request, "param", "directory") == "directory":
        settings.GED_URL = f"directory:{tmp_path}"
        yield tmp_path
    else:
        with webdav_server(tmp_path) as settings.GED_URL:
            yield tmp_path


on_each = pytest.mark.parametrize("shelf", ["directory", "webdav"], indirect=True)


def run_transfer() -> Delivery:
    attempt_delivery(Delivery.objects.get(carrier="ged").pk)
    return Delivery.objects.get(carrier="ged")


def enclose(case, name: str) -> None:
    """Store a file that the applicant sent with the submission."""
    content = pdf(name).read()
    StoredFile.objects.create(
        submission=case.submission,
        field="piece",
        name=name,
        content_type="application/pdf",
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=ContentFile(content, name="x.pdf"),
    )


def fresh(case) -> Case:
    return Case.objects.get(pk=case.pk)


@on_each
def test_complete_record_is_transferred_with_a_manifest(shelf, django_capture_on_commit_callbacks):
    DocumentTemplateFactory()
    with django_capture_on_commit_callbacks(execute=True):
        case = accepted_case(stages=[*STAGES, FILING])
        enclose(case, "bail.pdf")
    [folder] = (shelf / "Habitants" / str(case.opened_at.year)).iterdir()
    assert folder.name == case.reference
    filed = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"dossier.pdf", "dossier.json", "manifest.json", "files/01-bail.pdf"} < filed
    assert any(name.startswith("documents/attestation-de-domicile-") for name in filed)
    proven(folder)
    document = case.documents.get()
    facts = json.loads((folder / "dossier.json").read_text())
    assert facts["answers"] == case.submission.answers
    assert facts["reference"] == case.reference
    for_people = (folder / "dossier.pdf").read_bytes()
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in for_people
    words = parse_words(for_people)
    for answer in (case.reference, "Élodie", "Marchetti", "14 juin 1986", "bail.pdf", document.number):
        assert answer in words
    assert fresh(case).state == "closed"


def proven(folder: Path) -> None:
    """Check that the manifest lists every file of the folder with its size and hash."""
    told = json.loads((folder / "manifest.json").read_text())["files"]
    lies = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {one["name"] for one in told} == lies - {"manifest.json"}
    for one in told:
        content = (folder / one["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["size"], one["sha256"])


def filed(shelf: Path) -> tuple[Path, dict]:
    """Return the folder of the only record, and the data of its ``dossier.json``."""
    [folder] = shelf.glob("Habitants/*/*")
    return folder, json.loads((folder / "dossier.json").read_text())


def talked_about() -> Case:
    """Accept a case after a question, its answer and a correction."""
    case = waiting_case(stages=[*STAGES, FILING])
    cases.ask_applicant(actor=agent(), case=case, text="Il manque la page 3 du bail.")
    cases.answer_question(actor=applicant(case), case=case, text="La voici.")
    cases.correct_answer(actor=agent(), case=case, field="nom", answer="Rochat", reason="Faute de frappe.")
    RegisterCheck.objects.filter(
        stage__case=case
    ).delete()  # the register is asked again about the corrected person
    found_in_register(Case.objects.get(pk=case.pk))
    said = {"documents": {"identity_check": "seen"}}
    cases.accept_case(actor=agent(), case=case, details=said, reason="Tout est en ordre.")
    return case


def test_record_data_states_applicant_service_and_outcome(shelf, django_capture_on_commit_callbacks):
    DocumentTemplateFactory()
    with django_capture_on_commit_callbacks(execute=True):
        case = talked_about()
    _folder, told = filed(shelf)
    case = fresh(case)
    sent = case.submission
    expected = {
        "format": 1,
        "reference": case.reference,
        "service": {"key": "attestation", "title": case.service, "version": case.version.number},
        "team": case.team.key,
        "language": "fr",
        "channel": "online",
        "sent": sent.sent_at.isoformat(),
        "opened": case.opened_at.isoformat(),
        "outcome": "accepted",
        "reason": "Tout est en ordre.",
        "answers": sent.answers | {"nom": "Rochat"},
        "declared": sent.answers,
    }
    assert {key: told[key] for key in expected} == expected
    assert told["declared"]["nom"] == "Marchetti"
    assert told["applicant"] == {
        "name": case.applicant,
        "email": "elodie@courriel.example",
        "phone": sent.phone,
    }


def test_record_data_lists_messages_documents_and_events(shelf, django_capture_on_commit_callbacks):
    DocumentTemplateFactory()
    with django_capture_on_commit_callbacks(execute=True):
        case = talked_about()
    folder, told = filed(shelf)

    assert [(one["kind"], one["by"], one["text"]) for one in told["messages"]] == [
        ("question", "commune", "Il manque la page 3 du bail."),
        ("answer", "applicant", "La voici."),
    ]
    assert [one["at"] for one in told["messages"]] == [one.at.isoformat() for one in case.messages.all()]

    [document], [file] = told["documents"], folder.glob("documents/*")
    issued = case.documents.get()
    assert (document["number"], document["title"]) == (issued.number, "Attestation de domicile")
    assert document["state"] == "issued"
    assert document["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()

    happened = [
        {"number": one.number, "at": one.at.isoformat(), "kind": one.kind, "by": one.actor_kind}
        for one in case.events.order_by("number")
    ]
    assert told["timeline"] == happened[: len(told["timeline"])]
    steps = [(one["kind"], one["by"]) for one in told["timeline"]]
    wanted = [
        ("opened", "applicant"),
        ("asked", "agent"),
        ("answered", "applicant"),
        ("amended", "agent"),
        ("accepted", "agent"),
        ("document_drawn", "system"),
        ("document_issued", "system"),
    ]
    assert [step for step in steps if step in wanted] == wanted


ASKED = {"name": "Service du feu", "email": "feu@canton.example", "days": 10}
OPINIONS = {"key": "preavis", "type": "opinions", "settings": {"text": "Un avis ?", "asked": [ASKED]}}


def test_record_contains_opinions_and_messages_but_no_secrets(shelf):
    RemediesFactory()
    case = CaseFactory(stages=[OPINIONS, DECISION, FILING], settings={"remedies": "recours"})
    consent.give_consent(actor=applicant(case), case=case)
    cases.send_message(actor=agent(), case=case, text="Nous avons consulté le service du feu.")
    opinion = Opinion.objects.get()
    cases.give_opinion(
        actor=ConsultedOffice(opinion.name),
        opinion=opinion,
        stance="conditions",
        text="Deux extincteurs au moins.",
        author="A. Rey",
    )
    process.advance_case(case.pk)
    cases.add_note(actor=agent(), case=case, text="À relire ensemble.")
    cases.accept_case(actor=agent(), case=case)
    process.advance_case(case.pk)
    run_transfer()
    folder, told = filed(shelf)

    words = " ".join(parse_words((folder / "dossier.pdf").read_bytes()).split())
    for said in (
        *("Service du feu", "favorable avec conditions", "A. Rey", "Deux extincteurs au moins."),
        *("feu@canton.example", "Un avis ?", "30 jours"),
    ):
        assert said in words
    opened = [opinion.secret, *case.links.values_list("secret", flat=True)]
    assert not [secret for secret in opened if secret in words or secret in json.dumps(told)]
    assert told["opinions"][0]["text"] == "Deux extincteurs au moins."
    assert "30 jours" in told["decisions"][0]["text"]
    assert {one["to"] for one in told["letters"]} == {"elodie@courriel.example", "feu@canton.example"}


def test_record_omits_agent_notifications_and_unsent_messages(shelf):
    case = CaseFactory(stages=[DECISION, FILING])
    colleague = member()
    cases.assign_case(actor=agent(), case=case, agent=colleague)
    cases.send_message(actor=agent(), case=case, text="Ceci ne part pas.")
    never = next(one for one in Delivery.objects.all() if "Ceci ne part pas." in one.payload["text"])
    deliveries.skip_delivery(actor=agent(), delivery=never, reason="Fausse adresse.")
    told = case_package.case_data(fresh(case))["letters"]
    assert {one["to"] for one in told} == {"elodie@courriel.example"}
    assert never.title not in [one["title"] for one in told]


def test_timeline_names_the_folder_of_the_record(shelf):
    case = CaseFactory(stages=[FILING])
    folder = run_transfer().payload["folder"]
    assert (shelf / folder / "dossier.pdf").exists()
    [said] = [line.detail for line in timeline.timeline_items(case) if "gestion documentaire" in line.what]
    assert folder in said


def test_file_is_transferred_as_it_was_sent(shelf, client):
    content = certificate(stages=[FILING])
    TeamFactory()
    person = Person(client, FormVersionFactory(content=content))
    was_sent = b"%PDF-1.7\n" + bytes(range(256)) * 300
    person.begin(_shown="pour lien", pour="autre", lien="Sa fille")
    person.fill("identite")
    person.post("procuration", piece=pdf("procuration.pdf", was_sent))
    person.fill("contact")
    person.fill("document")
    assert person.send().status_code == 302
    process.advance_case(Case.objects.get().pk)
    assert run_transfer().state == "done"

    folder, told = filed(shelf)
    [file] = folder.glob("files/*")
    digest = hashlib.sha256(was_sent).hexdigest()
    manifest = json.loads((folder / "manifest.json").read_text())
    [entry] = [one for one in manifest["files"] if one["name"].startswith("files/")]
    assert file.read_bytes() == was_sent
    assert entry == {"name": "files/01-procuration.pdf", "size": len(was_sent), "sha256": digest}
    assert told["answers"]["piece"][0]["name"] == "procuration.pdf"


def test_case_waits_until_its_record_is_transferred(shelf):
    case = CaseFactory(stages=[FILING])
    assert fresh(case).is_open
    process.advance_case(case.pk)  # woken for another reason: the transfer is not queued twice
    assert Delivery.objects.filter(carrier="ged").count() == 1
    assert run_transfer().state == "done"
    process.advance_case(case.pk)
    assert fresh(case).state == "closed"


def test_enclosures_are_transferred_under_valid_names(shelf):
    case = CaseFactory(stages=[FILING])
    enclose(case, "../bail: n° 3.pdf")
    run_transfer()
    [file] = shelf.rglob("files/*")
    assert file.name == "01--bail- n° 3.pdf"


@on_each
def test_existing_folder_of_the_document_store_is_not_changed(shelf):
    case = CaseFactory(stages=[FILING])
    standing = shelf / "Habitants" / str(case.opened_at.year) / case.reference
    standing.mkdir(parents=True)
    (standing / "dossier.pdf").write_text("somebody else's")
    run_transfer()
    assert (standing / "dossier.pdf").read_text() == "somebody else's"
    assert (standing.parent / f"{case.reference} (2)" / "manifest.json").exists()


@on_each
def test_interrupted_transfer_is_completed_without_leftovers(shelf, monkeypatch):
    def broken(content):
        yield from itertools.islice(whole(content), 1)
        raise ConnectionResetError

    whole = case_package._read
    case = CaseFactory(stages=[FILING])
    for name in ("bail.pdf", "facture.pdf"):
        enclose(case, name)
    monkeypatch.setattr(case_package, "_read", broken)
    assert run_transfer().state == "pending"
    process.advance_case(case.pk)
    assert fresh(case).is_open
    [folder] = shelf.glob("Habitants/*/*")
    assert {path.name for path in folder.iterdir()} == {"dossier.pdf", "dossier.json", "files"}
    assert not (folder / "files" / "01-bail.pdf").exists()

    monkeypatch.setattr(case_package, "_read", whole)
    Delivery.objects.update(due_at=timezone.now())
    assert run_transfer().state == "done"
    [folder] = shelf.glob("Habitants/*/*")
    filed = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert filed == {
        *("dossier.pdf", "dossier.json", "manifest.json"),
        *("files/01-bail.pdf", "files/02-facture.pdf"),
    }
    proven(folder)


def test_slow_store_blocks_no_worker_and_is_retried(settings, tmp_path, monkeypatch):
    case = CaseFactory(stages=[FILING])
    monkeypatch.setattr(webdav, "TOTAL_TIMEOUT", 0.2)
    began = time.monotonic()
    with dripping(b"HTTP/1.1 201 Created\r\nX: ") as settings.GED_URL:
        delivery = run_transfer()
    assert time.monotonic() - began < 5  # it would send for a minute
    assert delivery.state == "pending"
    assert "TimeoutError" in delivery.reason
    process.advance_case(case.pk)
    assert fresh(case).is_open

    monkeypatch.undo()
    Delivery.objects.update(due_at=timezone.now())
    with webdav_server(tmp_path) as settings.GED_URL:
        assert run_transfer().state == "done"
    [folder] = tmp_path.glob("Habitants/*/*")
    proven(folder)
    process.advance_case(case.pk)
    assert fresh(case).state == "closed"


@on_each
def test_worker_that_dies_during_a_transfer_leaves_one_record(shelf, monkeypatch):
    case = CaseFactory(stages=[FILING])
    real = document_store_transport._put
    monkeypatch.setattr(
        document_store_transport, "_put", lambda *args: (_ for _ in ()).throw(StoreUnreachable("cut"))
    )
    assert run_transfer().state == "pending"
    monkeypatch.setattr(document_store_transport, "_put", real)
    Delivery.objects.update(due_at=timezone.now())
    assert run_transfer().state == "done"
    assert [path.name for path in shelf.glob("Habitants/*/*")] == [case.reference]


@on_each
def test_record_that_is_read_back_differently_is_not_done(shelf, monkeypatch):
    case = CaseFactory(stages=[FILING])
    monkeypatch.setattr(type(document_store.configured_store()), "read", lambda self, path: iter([b"x"]))
    delivery = run_transfer()
    assert delivery.state == "pending"
    process.advance_case(case.pk)
    assert fresh(case).is_open
    assert "not what was written" in delivery.reason


def test_stuck_transfer_waits_for_the_lead_and_can_be_skipped(shelf, monkeypatch, client):
    case = CaseFactory(stages=[FILING])
    for name in ("plan", "plan (2)"):
        (shelf / name).mkdir()
    monkeypatch.setattr(document_store_transport, "MAX_NAME_VARIANTS", 1)
    delivery = run_transfer()
    assert delivery.state == "stuck"
    process.advance_case(case.pk)
    assert case.stages.get().waiting_for == "lead"
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    client.post(reverse("deliveries_board:skip", args=[delivery.pk]), {"reason": "Filed by hand"})
    process.advance_case(case.pk)
    assert fresh(case).state == "closed"
    assert case.stages.get().data["skipped"] == "Filed by hand"


def test_rehearsal_transfers_nothing(shelf):
    CaseFactory(stages=[FILING], rehearsal=True)
    run_transfer()
    assert not list(shelf.iterdir())


def test_filing_plan_separates_cases_and_checks_placeholders():
    case = CaseFactory()
    assert (
        filing_plan.folder_path("{team}/{reference}//{nobody}/ ", case)
        == f"Habitants/{case.reference}/{{nobody}}"
    )
    filing_plan.validate_plan("a/{reference}")
    for wrong in ("a/b", "{reference}/{name}"):
        with pytest.raises(ValidationError):
            filing_plan.validate_plan(wrong)


# -- Unreachable document store ------------------------------------------------------------------------------
def test_circuit_opens_for_a_store_that_is_down_and_alerts_staff(shelf, monkeypatch):
    boss = UserFactory(is_superuser=True, is_staff=True)
    asked = []

    def refuse(self, folder):
        asked.append(folder)
        raise StoreUnreachable("no route to host")

    monkeypatch.setattr("eservices.connectors.contrib.folder.FolderStore.claim", refuse)
    made = [CaseFactory(stages=[FILING]) for _number in range(circuit_breaker.FAILURES + 2)]
    waiting = list(Delivery.objects.filter(carrier="ged").order_by("created_at"))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for delivery in waiting:
            attempt_delivery(delivery.pk)
        assert len(asked) == circuit_breaker.FAILURES
        postponed = Delivery.objects.get(pk=waiting[-1].pk)
        assert (postponed.state, postponed.attempts) == ("pending", 0)
        [letter] = Delivery.objects.filter(subject="alert:ged")
        assert letter.recipient == boss.email
        assert "no route to host" in letter.payload["text"]

        clock.shift(circuit_breaker.OPEN_DURATION + timedelta(seconds=1))
        for delivery in waiting[-2:]:
            attempt_delivery(delivery.pk)
        assert len(asked) == circuit_breaker.FAILURES + 1  # one delivery probes for all

        monkeypatch.undo()
        clock.shift(circuit_breaker.OPEN_DURATION + timedelta(seconds=1))
        for delivery in waiting[-2:]:
            Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
            attempt_delivery(delivery.pk)
    assert Circuit.objects.get().open_until is None
    assert Delivery.objects.filter(carrier="ged", state="done").count() == 2
    assert len(made) == len(waiting)


def test_staff_probe_the_document_store_and_see_the_result(shelf, client, settings):
    url, board = reverse("deliveries_board:probe", args=["ged"]), reverse("deliveries_board:index")
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert f'action="{url}"' in client.get(board).content.decode()

    def messages_after_probe() -> list[str]:
        return [str(one).strip() for one in client.post(url, follow=True).context["messages"]]

    assert messages_after_probe() == [
        _("%(carrier)s answers. The waiting deliveries are sent.") % {"carrier": _("Document management")}
    ]
    Path(shelf, "file").write_text("no folder")
    settings.GED_URL = f"directory:{shelf}/file"
    assert "Not a directory" in messages_after_probe()[0] or "exists" in messages_after_probe()[0]
    assert client.get(url).status_code == 405
    assert client.post(reverse("deliveries_board:probe", args=["print"])).status_code == 404
    client.force_login(UserFactory(is_staff=True))
    assert client.post(url).status_code in {302, 404}
