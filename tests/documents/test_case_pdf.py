"""The whole case as one PDF."""

import re
import subprocess
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from eservices.cases import actions
from tests.factories.accounts import UserFactory
from tests.factories.cases import (
    CaseFactory,
    TeamFactory,
    applicant,
    asking_papers,
    household,
    member,
    stored,
)
from tests.support.programs import needs

pytestmark = pytest.mark.django_db


def fetch(client, case, agent):
    client.force_login(agent)
    return client.get(reverse("case_file", args=[case.reference]))


def read(response) -> str:
    pages = PdfReader(BytesIO(b"".join(response.streaming_content))).pages
    return re.sub(r"\s+", " ", "".join(page.extract_text() for page in pages))


def test_agent_downloads_the_case_and_it_is_logged(client):
    case, agent = CaseFactory(refused=True), member()

    response = fetch(client, case, agent)

    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert case.events.last().kind == "case_file_read"
    assert case.events.last().actor == agent


def test_case_pdf_contains_answers_messages_and_decisions(client, tmp_path):
    needs("pdftotext")
    case = asking_papers(household("Marc Marchetti", "Lina Marchetti"))
    actions.ask_applicant(actor=member(), case=case, text="Il manque la page 3 du bail.")
    actions.answer_question(actor=applicant(case), case=case, text="La voici.")
    actions.add_note(actor=member(), case=case, text="Bail vu au guichet.")
    actions.judge_enclosure(actor=member(), case=case, field="piece", state="received")
    marc = case.persons.get(name="Marc Marchetti")
    actions.judge_person(actor=member(), case=case, person=marc, outcome="refused", reason="Majeur.")
    actions.refuse_case(actor=member(), case=case, reason="Vous n’habitez pas à Orvenay.")

    path = tmp_path / "case.pdf"
    path.write_bytes(b"".join(fetch(client, case, member()).streaming_content))
    read = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True)
    text = re.sub(r"\s+", " ", read.stdout)

    for words in (
        case.reference,
        "Il manque la page 3 du bail.",
        "La voici.",
        "Bail vu au guichet.",
        "Vous n’habitez pas à Orvenay.",
        "Majeur.",
        "La procuration reçu",
    ):
        assert words in text


def test_case_pdf_is_pdf_a_with_title_files_and_timeline(client):
    case = CaseFactory()
    lease = stored(case, name="bail 2026.pdf", digest="ab12" * 16)
    actions.take_case(actor=member(last_name="Rochat"), case=case)

    pdf = PdfReader(BytesIO(b"".join(fetch(client, case, member()).streaming_content)))

    about = pdf.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in about
    assert pdf.metadata.title == f"Dossier {case.reference}, Attestation de domicile"
    text = re.sub(r"\s+", " ", "".join(page.extract_text() for page in pdf.pages))
    files, happened = text.split("Tout ce qui s’est passé")
    assert lease.name in files.split("Fichiers")[-1]
    assert lease.digest in files.replace(" ", "")
    assert re.search(r"Demande reçue.*Pris en charge .*Rochat", happened)


def test_empty_part_has_no_heading(client):
    case = CaseFactory()
    actions.add_note(actor=member(), case=case, text="Bail vu au guichet.")

    text = read(fetch(client, case, member()))

    assert "Notes internes" in text
    assert "Bail vu au guichet." in text
    assert [one for one in ("Messages", "Fichiers", "Documents", "Aucun") if one in text] == []


@pytest.mark.parametrize(
    "text",
    [
        "#show: it",
        "$x$ \\ *gras* <label> @ref",
        "مرحبا 🏡 👨\u200d👩\u200d👧 \u202e \ufe0f 漢字",
        "a" * 10_000,
    ],
)
def test_user_input_is_never_markup(client, text):
    case = CaseFactory()
    actions.add_note(actor=member(), case=case, text=text)

    assert fetch(client, case, member()).status_code == 200


def test_case_pdf_is_hidden_from_other_teams(client):
    case = CaseFactory()

    assert fetch(client, case, member(team=TeamFactory(key="police", name="Police"))).status_code == 404
    assert fetch(client, case, UserFactory(is_staff=True, roles=["editors"])).status_code == 404
    assert not case.events.filter(kind="case_file_read").exists()
    client.logout()
    assert client.get(reverse("case_file", args=[case.reference])).status_code == 302
