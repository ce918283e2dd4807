"""Sealed documents with data of the population register, and their verification pages."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from eservices.cases import actions as cases
from eservices.catalogue.editor.starters import SERVICES, list_starters
from eservices.documents.models import Document, DocumentTemplate
from eservices.register.models import RegisterCheck
from mysite.demo.builders.eservices.services import registered_body
from mysite.demo.markup import read_content
from tests.factories.payments import entry
from tests.mysite.demo.test_stage_chains import CERTIFICATE, ME, elodie, filed, waits

pytestmark = pytest.mark.django_db
NOE = {"personne_prenom": "Noé", "personne_nom": "Marchetti", "personne_naissance": "2019-09-02"}
INVENTED = {"personne_prenom": "Zébulon", "personne_nom": "Marchetti", "personne_naissance": "2020-05-05"}
FAMILY, CHILD = ME | {"beneficiaire": "famille"}, ME | {"beneficiaire": "enfant"}


@pytest.fixture(autouse=True)
def template() -> DocumentTemplate:
    """Create the demo's template of the residence certificate."""
    entry(CERTIFICATE, 1500)
    said = next(
        one for one in read_content("fr", "documents", timezone.localdate()) if one.key == CERTIFICATE
    )
    return DocumentTemplate.objects.create(
        locale=Locale.objects.get_or_create(language_code="fr")[0],
        key=CERTIFICATE,
        title=said["title"],
        tells_register=True,
        body=registered_body(said),
    )


def texts_of(document: Document) -> str:
    return json.dumps(document.texts["body"], ensure_ascii=False).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("at_counter", [False, True], ids=["signed in", "at the counter"])
def test_unknown_child_waits_for_an_agent(client, at_counter):
    """Otherwise it would be sealed seconds after payment and verified as authentic."""
    journey = filed(CERTIFICATE, user=None if at_counter else elodie(), **FAMILY, personnes=[NOE, INVENTED])
    if at_counter:
        cases.identify_applicant(actor=journey.agent, case=journey.case, check="card")
        journey.settle()
    assert waits(journey) == ("controle", "agent")
    client.force_login(journey.agent)
    page = client.get(reverse("cases:case", args=[journey.case.reference])).text
    assert "Pas au registre" in page
    assert "n’est pas au registre à cette adresse" in page
    journey.look_up()
    journey.pay()
    document = Document.objects.get()
    assert "Noé Marchetti" in texts_of(document)
    assert "Zébulon" not in texts_of(document)
    assert "Zébulon" not in client.get(reverse("documents:verdict", args=[document.code])).text


def test_family_certificate_lists_the_family():
    journey = filed(CERTIFICATE, user=elodie(), **FAMILY, personnes=[NOE | {"personne_prenom": "NOE"}])
    journey.pay()
    said = texts_of(Document.objects.get())
    assert "atteste le domicile d’Élodie Anne Marchetti et Noé Marchetti à Orvenay" in said
    assert "à l’adresse Rue du Lac 12, 1199 Orvenay" in said
    assert "2 septembre 2019" in said


@pytest.mark.parametrize(
    ("language", "plural"), [("fr", " ont "), ("de", " haben"), ("it", " hanno "), ("en", " are ")]
)
def test_family_certificate_of_one_person_uses_the_singular(language, plural):
    """The register may know only one of the persons that the request names."""
    texts = list_starters(SERVICES)["residence-certificate"].document["texts"]
    said = [
        texts[language]["statement_family"],
        *(
            one["sentence_family"]
            for one in read_content(language, "documents", timezone.localdate())
            if one.key == CERTIFICATE
        ),
    ]
    assert not [one for one in said if plural in one]


def test_certificate_for_a_child_states_the_child_s_domicile(client):
    child = {"enfant_prenom": "Noé", "enfant_nom": "Marchetti", "enfant_naissance": "2019-09-02"}
    journey = filed(CERTIFICATE, user=elodie(), **CHILD, **child)
    journey.pay()
    document = Document.objects.get()
    assert "atteste que Noé Marchetti a son domicile à Orvenay depuis le 2 septembre 2019" in texts_of(
        document
    )
    assert "Élodie" not in texts_of(document)
    assert "Noé M., né en 2019." in client.get(reverse("documents:verdict", args=[document.code])).text


def test_sealed_document_uses_register_data_not_typed_names():
    journey = filed(CERTIFICATE, user=elodie(), **ME, prenom="Elodie", nom="marchetti")
    journey.pay()
    said = texts_of(Document.objects.get())
    assert "Élodie Anne Marchetti" in said
    assert "marchetti" not in said


def test_verification_page_shows_the_name_on_the_document(client):
    """Otherwise a document with another name printed over a real code would count as authentic."""
    filed(CERTIFICATE, user=elodie(), **ME).pay()
    page = client.get(reverse("documents:verdict", args=[Document.objects.get().code])).text
    assert "Attestation de domicile" in page
    assert "Élodie M., née en 1988. Comparez avec le nom sur le document." in page
    assert "ne l’acceptez pas" in page
    assert not RegisterCheck.objects.filter(person="").exists()
