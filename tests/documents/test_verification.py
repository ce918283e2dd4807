import pytest
from django.conf import settings
from django.urls import reverse

from eservices.documents import limits
from eservices.documents.models import Document
from tests.factories.documents import drawn

pytestmark = pytest.mark.django_db
FORM = reverse("documents:verify")
UNKNOWN = "ABCD-EFGH-JKLM-NPQR"


def verdict(code):
    return reverse("documents:verdict", args=[code])


def test_a_stranger_sees_number_date_digest_and_state_and_nothing_else(client, document):
    page = client.get(verdict(document.code))
    assert page.status_code == 200
    assert document.number in page.text
    assert all(part in page.text for part in document.digest_parts)
    assert "24" in page.text or document.date.isoformat() in page.text
    sent = document.case.submission
    for secret in (sent.applicant_name, "Marchetti", sent.email, document.case.reference, document.title):
        assert secret not in page.text


def test_what_is_typed_finds_the_document_whatever_its_case_spaces_and_dashes(client, document):
    typed = f" {document.code.lower().replace('-', ' ')} "
    page = client.get(FORM, {"code": typed}, follow=True)
    assert page.redirect_chain == [(verdict(document.code), 302)]
    assert document.number in page.text


@pytest.mark.parametrize("code", [UNKNOWN, "ABC", "Z" * 79, "%00", "héhé"])
def test_an_unknown_code_has_a_neutral_page(client, code):
    page = client.get(f"/v/{code}/")
    assert page.status_code == 404
    assert 'class="verdict t5"' in page.text


@pytest.mark.parametrize("typed", ["", "   ", "\0", "001I", "<script>"])
def test_the_form_takes_any_input(client, typed):
    assert client.get(FORM, {"code": typed}, follow=True).status_code in {200, 404}


def test_an_empty_form_says_what_to_write(client):
    page = client.get(FORM, {"code": ""})
    assert 'aria-invalid="true"' in page.text
    assert 'aria-invalid="true"' not in client.get(FORM).text


def test_whoever_checks_a_document_reads_the_answer_in_the_language_of_the_document(client, document):
    """A German certificate says what the page answers: the same word stands on it."""
    for language, word in (("fr", "Authentique."), ("de", "Echt."), ("it", "Autentico.")):
        document.language = language
        page = client.get(document.verification_url.removeprefix(settings.WAGTAILADMIN_BASE_URL))
        assert page.headers["Content-Language"] == language
        assert word in page.text


def test_the_address_without_its_code_leads_to_the_form(client):
    assert client.get("/v/").url == FORM


def test_a_revoked_document_says_so(client, document):
    Document.objects.update(state=Document.State.REVOKED)
    page = client.get(verdict(document.code))
    assert page.status_code == 200
    assert 'class="verdict no t5"' in page.text


def test_a_document_being_made_is_unknown(client):
    assert client.get(verdict(drawn().code)).status_code == 404


def test_who_guesses_codes_is_slowed_down_and_others_are_not(client, document):
    for _ in range(limits.MISSES):
        client.get(verdict(UNKNOWN))
    assert client.get(verdict(document.code)).status_code == 429
    assert client.get(verdict(document.code), REMOTE_ADDR="192.0.2.9").status_code == 200


def test_known_codes_are_not_counted(client, document):
    for _ in range(limits.MISSES + 1):
        page = client.get(verdict(document.code))
    assert page.status_code == 200


def test_the_page_starts_no_session(client, document):
    assert not client.get(verdict(document.code)).cookies
