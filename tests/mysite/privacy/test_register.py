"""Register of processing: computed from services and settings, completed by the commune, exported, and restricted."""

from io import BytesIO

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from openpyxl import load_workbook

from mysite.privacy.models import ProcessingNote
from mysite.privacy.processing_register import processing_activities
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import DECISION, TeamFactory
from tests.factories.submissions import FormVersionFactory, certificate

pytestmark = pytest.mark.django_db
REGISTER = reverse("privacy:register")
KEY = "service-attestation"


def service(**settings):
    """Publish the certificate with a secret question, a register check, an opinion and a record transfer."""
    asked = [{"name": "Canton de Vaud", "email": "vd@example.ch", "days": 5}]
    stages = [
        {"key": "registre", "type": "register"},
        {"key": "avis", "type": "opinions", "settings": {"text": "?", "asked": asked}},
        DECISION,
        {"key": "classement", "type": "filing"},
    ]
    content = certificate(stages=stages)
    content["settings"] = content["settings"] | settings
    secret = {"key": "avs", "type": "avs", "secret": True, "retention": 30}
    content["steps"][1]["fields"].append(secret)
    content["texts"]["fr"]["field.avs.label"] = "Numéro AVS"
    TeamFactory()
    return FormVersionFactory(content=content)


@pytest.fixture
def officer(client):
    """Sign in the data protection officer: staff with both permissions."""
    user = UserFactory(is_staff=True, roles=["agents"])
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="mysite_privacy"))
    client.force_login(user)
    return client


def test_service_is_described_by_its_form_stages_and_retention():
    service(retention={"months": 24, "disposition": "archive"})
    [found] = [one for one in processing_activities("fr") if one.key == KEY]
    assert found.name == "Attestation de domicile"
    assert found.purpose == "Traiter les demandes de «\xa0Attestation de domicile\xa0»"
    assert {"Identité", "Contact", "Fichiers envoyés"} <= set(found.categories)
    assert found.secret == ["Numéro AVS"]
    assert found.recipients[0] == "Équipe Habitants"
    assert {"Registre des habitants", "Canton de Vaud", "Gestion documentaire (directory)"} <= set(
        found.recipients
    )
    assert found.retention.startswith("24 mois après la fin, puis archivage")
    assert "«\xa0Numéro AVS\xa0»\xa0: 30 jours" in found.retention
    assert found.gaps == ["La base légale manque."]


def test_newest_version_counts_and_missing_retention_is_a_gap():
    service(retention={"months": 24})
    service()
    [found] = [one for one in processing_activities("fr") if one.key == KEY]
    assert found.retention == ""
    assert len(found.gaps) == 2


def test_register_lists_what_the_site_does_besides(settings):
    settings.OIDC_ISSUER, settings.SIGN_IN_RECORD_DAYS = "https://login.example.ch/realm", 77
    settings.NEWSLETTER_BACKEND, settings.VAPID_PRIVATE_KEY = "mailchimp", "key"
    found = {one.key: one for one in processing_activities("fr")}
    assert {"accounts", "newsletter", "usage", "backups", "audit", "deliveries"} <= set(found)
    assert "77 jours" in found["accounts"].retention
    assert "Fournisseur d’identité (login.example.ch)" in found["accounts"].recipients
    assert "Mailchimp" in found["newsletter"].recipients
    assert "Services de notification des navigateurs" in found["channels"].recipients


def test_officer_completes_an_entry(officer):
    service(retention={"months": 24})
    assert "Attestation de domicile" in officer.get(REGISTER).text
    stated = {"purpose": "Attester le domicile", "legal_basis": "LCH art. 8", "remarks": ""}
    address = reverse("privacy:statement", args=[KEY])
    assert officer.get(address).status_code == 200
    assert officer.post(address, stated).url == REGISTER
    assert officer.post(address, stated | {"legal_basis": "\x00"}).status_code == 422
    text = officer.get(REGISTER).text
    assert "LCH art. 8" in text
    assert "Attester le domicile" in text
    assert ProcessingNote.objects.get().key == KEY
    assert officer.post(reverse("privacy:statement", args=["unknown"]), stated).status_code == 404


def test_register_is_exported(officer):
    service(retention={"months": 24})
    ProcessingNote.objects.create(key=KEY, legal_basis="=1+1")
    lines = b"".join(officer.get(reverse("privacy:export", args=["csv"])).streaming_content).decode()
    assert "'=1+1" in lines
    content = b"".join(officer.get(reverse("privacy:export", args=["xlsx"])).streaming_content)
    rows = list(load_workbook(BytesIO(content)).worksheets[0].values)
    assert (rows[1][0], rows[1][5]) == ("Attestation de domicile", "Numéro AVS")
    assert officer.get(reverse("privacy:export", args=["pdf"])).status_code == 404


def test_impact_assessment_is_filled_in(officer):
    service(retention={"months": 24})
    ProcessingNote.objects.create(key=KEY, legal_basis="<script>LCH</script>")
    response = officer.get(reverse("privacy:assessment", args=[KEY]))
    assert "attachment" in response["Content-Disposition"]
    for said in (
        "Analyse d’impact",
        "Numéro AVS",
        "Canton de Vaud",
        "24 mois",
        "&lt;script&gt;LCH",
        "Date de naissance",
    ):
        assert said in response.text
    assert officer.get(reverse("privacy:assessment", args=["newsletter"])).status_code == 200
    assert officer.get(reverse("privacy:assessment", args=["unknown"])).status_code == 404


def test_only_administrators_and_permitted_staff_read_it(client):
    service()
    for roles in (["agents"], ["editors", "moderators"], ["archivists"]):
        client.force_login(UserFactory(is_staff=True, roles=roles))
        assert client.get(REGISTER).status_code == 404
        assert client.get(reverse("privacy:export", args=["csv"])).status_code == 404
        assert client.post(reverse("privacy:statement", args=[KEY]), {}).status_code == 404
    client.force_login(SuperuserFactory())
    assert client.get(REGISTER).status_code == 200
