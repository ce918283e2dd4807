"""Own data as PDF: what the JSON export has, with words for people."""

from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.newsletter import SubscriberFactory, TopicFactory
from tests.factories.submissions import DraftFactory

pytestmark = pytest.mark.django_db


def read(client) -> str:
    response = client.get(reverse("space:export_pdf"))
    assert response["Content-Type"] == "application/pdf"
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    return " ".join(text.split())


def test_pdf_has_account_requests_drafts_and_other_data(client):
    user = UserFactory(email="elodie@courriel.example", first_name="Élodie", last_name="Marchetti")
    case = CaseFactory(user=user, accepted=True)
    DraftFactory(version=case.version, user=user, steps=["qui"])
    SubscriberFactory(email=user.email, topics=[TopicFactory(name="Port")])
    client.force_login(user)
    text = read(client)
    for said in ("Vos données personnelles", "elodie@courriel.example", case.reference, "Date de naissance"):
        assert said in text
    for said in ("14 juin 1986", "Attestation de domicile", "Port", "Brouillon", "Infolettre"):
        assert said in text


def test_pdf_of_other_people_or_without_account_is_not_given(client):
    CaseFactory(user=UserFactory(email="elodie@courriel.example"))
    assert client.get(reverse("space:export_pdf")).status_code == 302
    client.force_login(UserFactory(email="autre@courriel.example"))
    assert "Attestation" not in read(client)
