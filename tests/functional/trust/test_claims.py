"""Claims of messages and pages, each with and without the fact that it states.

``tests/test_claims.py`` checks that every message and page has a row for its claims.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import translation
from django.utils.translation import gettext

from eservices.cases import emails
from eservices.cases.models import Case
from eservices.deliveries.rendering import render_email, render_paper_letter
from eservices.formbuilder.models import Form
from eservices.space import status_page
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db
AGAIN = "You can send a new request at any time."
SERVICES = Path(__file__).resolve().parents[3] / "mysite/demo/services"


def texts_of(delivery) -> str:
    return delivery.payload["text"] + delivery.payload["html"]


@pytest.mark.parametrize("write", [emails.send_withdrawal, emails.send_closed_unanswered])
def test_email_offers_a_new_request_only_for_an_offered_service(write):
    case = CaseFactory(withdrawn=True)
    assert gettext(AGAIN) in texts_of(write(case))
    Form.objects.update(offered=False)
    assert gettext(AGAIN) not in texts_of(write(Case.objects.get(pk=case.pk)))


def test_status_offers_a_new_request_only_for_an_offered_service():
    case = CaseFactory(state="closed", outcome="lapsed")
    assert status_page.closing_text(case)[1] == gettext(AGAIN)
    Form.objects.update(offered=False)
    assert status_page.closing_text(Case.objects.get(pk=case.pk))[1] == gettext("Read the reason below.")


def test_status_promises_email_only_to_those_who_get_it(monkeypatch):
    promise = "Nous vous écrirons"
    case = CaseFactory()
    assert promise in status_page.status_headline(case)[1]
    assert promise not in status_page.status_headline(CaseFactory(state="decided"))[1]
    monkeypatch.setattr(Case, "is_anonymous", True)
    assert promise not in status_page.status_headline(case)[1]


def test_merged_request_is_not_described_as_filed_twice():
    title, _next = status_page.closing_text(CaseFactory(state="closed", outcome="duplicate"))
    assert title == gettext("This was filed already.")


def test_status_page_does_not_call_requests_complete(client):
    page = client.get(_path(CaseFactory())).text
    assert gettext("Your request has arrived.") in page
    assert "elle est complète" not in page


def _path(case: Case) -> str:
    return urlsplit(emails.emailed_status_url(case)).path


def test_letters_promise_no_documents():
    case = CaseFactory(accepted=True)
    letters = [emails.send_receipt(case, None), emails.send_acceptance(case, [])]
    assert not [one for one in letters if "documents" in texts_of(one)]


def test_email_mentions_enclosed_calendar_paper_letter_does_not():
    case = CaseFactory()
    context = {"case": case, "times": ["mardi"], "url": "#", "codes": []}
    enclosed = "Les heures sont jointes"
    assert enclosed in render_email("bookings/emails/confirmed", context, "fr")["text"]
    assert enclosed in render_email("bookings/emails/confirmed", context, "fr")["html"]
    _title, paragraphs = render_paper_letter(
        "bookings/emails/confirmed", context | {"way_back": "Appelez-nous."}, "fr"
    )
    assert enclosed not in str(paragraphs)


@pytest.mark.parametrize("letter", ["cancelled", "returned"])
def test_pending_refund_is_not_described_as_on_its_way(letter):
    context = {"case": CaseFactory(), "times": [], "url": "#", "codes": [], "paid_back": 5000, "kept": 0}
    for text in ("text", "html"):
        told = render_email(f"bookings/emails/{letter}", context, "fr")[text]
        assert "50.–" in told
        assert "quelques jours" not in told
        assert gettext("The page of your request shows when it is done.") in told
    _title, paragraphs = render_paper_letter(
        f"bookings/emails/{letter}", context | {"way_back": "Appelez-nous."}, "fr"
    )
    assert "50.–" in str(paragraphs)
    assert "La page" not in str(paragraphs)


def test_return_with_damage_does_not_thank_for_everything():
    with translation.override("fr"):
        title = render_email(
            "bookings/emails/returned",
            {
                "case": CaseFactory(),
                "times": [],
                "url": "#",
                "paid_back": 0,
                "kept": 5000,
                "reason": "Cassé.",
            },
            "fr",
        )["subject"]
    assert title.startswith("Le retour est enregistré")


@pytest.mark.parametrize("language", ["fr", "de", "en"])
def test_demo_of_a_move_claims_only_that_it_is_accepted(language):
    """No stage writes into the population register or notifies another commune."""
    texts = json.loads((SERVICES / "annonce-demenagement.json").read_text())["texts"][language]
    said = " ".join(text for key, text in texts.items() if key.startswith("stage."))
    for claim in ("registre", "register", "Register", "canton", "Kanton", "autre commune", "andere Gemeinde"):
        assert claim not in said
