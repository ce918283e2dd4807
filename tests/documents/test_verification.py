import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from eservices.documents import rate_limits
from eservices.documents.actions import issuing
from eservices.documents.models import Document
from tests.factories.documents import agent, drawn

pytestmark = pytest.mark.django_db
FORM = reverse("documents:verify")
UNKNOWN = "ABCD-EFGH-JKLM-NPQR"


def verdict(code):
    return reverse("documents:verdict", args=[code])


def test_verification_shows_enough_to_compare_with_the_paper(client, document):
    page = client.get(verdict(document.code))
    assert page.status_code == 200
    assert "Élodie M., née en 1988." in page.text
    assert "Comparez avec le nom sur le document." in page.text
    assert document.title in page.text
    assert document.number in page.text


def test_verification_shows_nothing_else_of_a_person(client, document):
    page = client.get(verdict(document.code))
    sent = document.case.submission
    for secret in ("Marchetti", "Anne", "17 avril", "rue du Lac", sent.email, document.case.reference):
        assert secret not in page.text


def test_verification_explains_what_to_do_if_the_paper_differs(client, document):
    team = document.case.team
    team.phone, team.name = "021 000 42 20", "Contrôle des habitants"
    team.save()
    page = client.get(verdict(document.code)).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "ne l’acceptez pas" in page
    assert 'href="tel:+41210004220"' in page
    assert "Contrôle des habitants" in page


def test_verification_of_a_revoked_document_names_nobody(client, document):
    issuing.revoke_document(actor=agent(), document=document, reason="Élodie a déménagé", public="changed")
    page = client.get(verdict(document.code)).text
    assert "Élodie" not in page
    assert "1988" not in page
    assert document.title in page
    assert "ce qu’il atteste a changé".capitalize() in page


def test_verification_of_an_erased_document_names_nobody(client, document):
    issuing.erase_documents(actor=agent(), case=document.case)
    page = client.get(verdict(document.code)).text
    assert "Élodie" not in page
    assert document.number in page


@pytest.mark.parametrize("path", ["verdict", "file"])
def test_verification_is_neither_indexed_nor_cached(client, document, path):
    if path == "verdict":
        page = client.get(verdict(document.code))
    else:
        file = SimpleUploadedFile("document.pdf", document.content.read(), "application/pdf")
        page = client.post(reverse("documents:verify_file"), {"file": file})
    assert page["X-Robots-Tag"] == "noindex"
    assert page["Cache-Control"] == "private, no-store"
    assert page["Referrer-Policy"] == "strict-origin"
    assert "og:" not in page.text
    assert "Élodie M." in page.text


def test_verification_is_rate_limited(client, document):
    for _ in range(rate_limits.CODES.most):
        rate_limits.CODES.allows("127.0.0.1")
    assert client.get(verdict(document.code)).status_code == 429


def test_code_is_found_whatever_its_case_spaces_and_dashes(client, document):
    typed = f" {document.code.lower().replace('-', ' ')} "
    page = client.get(FORM, {"code": typed}, follow=True)
    assert page.redirect_chain == [(verdict(document.code), 302)]
    assert document.number in page.text


@pytest.mark.parametrize("code", [UNKNOWN, "ABC", "Z" * 79, "%00", "héhé"])
def test_unknown_code_has_a_neutral_page(client, code):
    page = client.get(f"/v/{code}/")
    assert page.status_code == 404
    assert 'class="verdict t5"' in page.text


@pytest.mark.parametrize("typed", ["", "   ", "\0", "001I", "<script>"])
def test_verification_form_accepts_any_input(client, typed):
    assert client.get(FORM, {"code": typed}, follow=True).status_code in {200, 404}


def test_empty_verification_form_explains_what_to_enter(client):
    page = client.get(FORM, {"code": ""})
    assert 'aria-invalid="true"' in page.text
    assert 'aria-invalid="true"' not in client.get(FORM).text


def test_verification_uses_the_language_of_the_document(client, document):
    """Use the language of the document, because a German one contains the German word that the page shows."""
    for language, word in (("fr", "Authentique."), ("de", "Echt."), ("it", "Autentico.")):
        document.language = language
        page = client.get(document.verification_url.removeprefix(settings.WAGTAILADMIN_BASE_URL))
        assert page.headers["Content-Language"] == language
        assert word in page.text


def test_verification_without_a_code_leads_to_the_form(client):
    assert client.get("/v/").url == FORM


def test_revoked_document_is_reported(client, document):
    Document.objects.update(state=Document.State.REVOKED)
    page = client.get(verdict(document.code))
    assert page.status_code == 200
    assert 'class="verdict no t5"' in page.text


def test_unfinished_document_is_unknown(client):
    assert client.get(verdict(drawn().code)).status_code == 404


def test_wrong_codes_are_rate_limited_per_address(client, document):
    for _ in range(rate_limits.MISSES.most):
        client.get(verdict(UNKNOWN))
    assert client.get(verdict(document.code)).status_code == 429
    assert client.get(verdict(document.code), REMOTE_ADDR="192.0.2.9").status_code == 200


def test_known_codes_do_not_count_as_misses(client, document):
    for _ in range(rate_limits.MISSES.most + 1):
        page = client.get(verdict(document.code))
    assert page.status_code == 200


def test_verification_starts_no_session(client, document):
    assert not client.get(verdict(document.code)).cookies
