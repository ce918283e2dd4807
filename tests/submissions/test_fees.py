"""Fees of a form: shown while it is filled in, stored when it is sent, shown with the submission."""

import json
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.translation import override

from eservices.cases.emails import displayed_status_url
from eservices.cases.models import Case, Role
from eservices.submissions.models import Submission
from tests.factories.cases import member
from tests.factories.submissions import DraftFactory, FormVersionFactory, certificate
from tests.submissions.conftest import start_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    fees = [
        {"key": "attestation", "amount": 1500, "quantity": "exemplaires", "vat": "8.1"},
        {
            "key": "autre",
            "amount": 500,
            "condition": {"field": "pour", "operator": "equals", "value": "autre"},
        },
    ]
    content = certificate(fees=fees)
    content["texts"]["fr"]["fee.autre"] = "Procuration"
    return FormVersionFactory(content=content)


def words(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def data_of(response) -> dict:
    """Return the JSON that the page contains for the browser."""
    return json.loads(re.search(r'<script id="step-data"[^>]*>(.*?)</script>', response.content.decode())[1])


# -- While the form is filled in
def test_step_that_the_price_depends_on_shows_the_price(person):
    person.begin()
    for step in ("identite", "contact"):
        person.fill(step)
    assert "CHF 0.–" in words(person.open("document"))
    person.fill("document", exemplaires="3")
    page = person.open("document")
    assert "CHF 45.–" in words(page)
    assert "8,1 %" in words(page)
    assert "CHF 3.37" in words(page)  # VAT included


def test_step_that_the_price_does_not_depend_on_shows_none(person):
    person.begin()
    assert "CHF" not in words(person.open("identite"))


def test_refused_answer_is_shown_with_the_price_of_the_others(person):
    person.fill_all()
    page = person.fill("document", exemplaires="999")
    assert 'class="errors"' in page.content.decode()
    assert "CHF 0.–" in words(page)


def test_page_data_has_only_answers_that_the_step_needs(person):
    person.fill_all()
    page = person.open("document")
    data = data_of(page)
    assert data["answers"] == {"exemplaires": 2, "pour": "moi"}
    assert [fee["key"] for fee in data["definition"]["fees"]] == ["attestation", "autre"]
    assert "js/form/step.js" in page.content.decode()


def test_page_without_dependent_rules_holds_no_data(person):
    person.begin()
    page = person.open("identite").content.decode()
    assert "step-data" not in page
    assert "js/form/step.js" not in page


def test_text_in_page_data_cannot_close_the_script(client, version):
    evil = "</script><script>alert(1)</script>"
    version.content["steps"][0]["fields"][1]["condition"]["value"] = evil
    version.save()
    page = client.get(start_url(version)).content.decode()
    assert evil not in page
    assert (
        data_of(client.get(start_url(version)))["definition"]["steps"][0]["fields"][1]["condition"]["value"]
        == evil
    )


# -- After sending
def test_fees_are_stored_in_the_language_of_the_submission(person):
    person.fill_all().send()
    assert Submission.objects.get().fees == [
        {
            "key": "attestation",
            "label": "Attestation de domicile",
            "quantity": "2",
            "amount": 1500,
            "total": 3000,
            "vat": "8.1",
            "vat_amount": 225,
        }
    ]
    assert Submission.objects.get().fees_total == 3000


def test_free_submission_stores_no_fees(person, version):
    version.content["fees"] = []
    version.save()
    person.fill_all().send()
    assert Submission.objects.get().fees == []
    assert "CHF" not in words(person.client.get(person.page("sent")))


def test_new_price_does_not_change_sent_submissions(person, version):
    person.fill_all().send()
    version.content["fees"][0]["amount"] = 9900
    version.save()
    assert "CHF 30.–" in words(person.client.get(person.page("sent")))


def test_receipt_status_page_and_case_show_the_fees(person, client):
    person.fill_all().send()
    case = Case.objects.get()
    with override("fr"):
        agent = member(Role.DECIDE, case.team)
        pages = [client.get(person.page("sent")), client.get(displayed_status_url(case))]
        client.force_login(agent)
        pages.append(client.get(reverse("cases:case", args=[case.reference])))
    for page in pages:
        assert page.status_code == 200
        assert "Attestation de domicile × 2" in words(page)
        assert "CHF 30.–" in words(page)
        assert "CHF 2.25" in words(page)


def test_review_shows_the_fees(client, version):
    draft = DraftFactory(version=version, complete=True)
    assert "CHF 30.–" in words(client.get(reverse("submissions:review", args=[draft.secret])))
