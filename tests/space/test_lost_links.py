"""Requests that are found again: by a link sent to their address, or by signing in with it."""

import re
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from eservices.accounts.models import IdentityLevel
from eservices.cases import actions
from eservices.cases.models import Case, StatusLink
from eservices.deliveries.models import Delivery
from eservices.space import lost_link_views
from eservices.submissions.models import Submission
from tests.factories.accounts import UserFactory, known
from tests.factories.cases import CaseFactory
from tests.factories.home import CommuneSettingsFactory, make_site

pytestmark = pytest.mark.django_db
ADDRESS = "elodie@courriel.example"
LOST, SPACE, CLAIM = "/dossier/retrouver/", "/espace/", "/espace/retrouver/"


@pytest.fixture(autouse=True)
def slept(monkeypatch):
    pauses = []
    monkeypatch.setattr(lost_link_views.time, "sleep", pauses.append)
    return pauses


@pytest.fixture
def site(db):
    make_site()
    CommuneSettingsFactory(phone="021 000 42 10")


def ask(client, email=ADDRESS, **data):
    return client.post(LOST, {"email": email, **data})


def letter(email=ADDRESS) -> Delivery:
    return Delivery.objects.filter(recipient=email).latest("created_at")


def enter(client, email=ADDRESS):
    """Sign in by code, as residents do."""
    client.post("/compte/entrer/", {"email": email})
    code = "".join(re.search(r"^(\d{3}) (\d{3})$", letter(email).payload["text"], re.M).groups())
    client.post("/compte/entrer/code/", {"code": code})


# -- A new link by e-mail ------------------------------------------------------------------------------------
def test_lost_link_is_mailed_to_the_address_of_the_request(client):
    case = CaseFactory(email=ADDRESS)
    case.links.update(expires_at=timezone.now())
    other = CaseFactory(email="autre@courriel.example")
    ask(client, email=f" {ADDRESS.upper()} ")

    text = letter().payload["text"]
    link = case.links.get(mailed=True, expires_at__gt=timezone.now())
    assert reverse("space:status", args=[link.secret]) in text
    assert case.reference in text
    assert other.reference not in text
    assert letter().confidential
    assert client.get(reverse("space:status", args=[link.secret])).status_code == 200
    assert case.events.filter(kind="link_mailed").count() == 1


def test_reference_narrows_the_links_to_one(client):
    case, other = CaseFactory(email=ADDRESS), CaseFactory(email=ADDRESS)
    ask(client, reference=f" {case.reference.lower()} ")
    assert case.reference in letter().payload["text"]
    assert other.reference not in letter().payload["text"]


def test_reference_of_another_address_mails_nothing_of_it(client):
    other = CaseFactory(email="autre@courriel.example")
    received = Delivery.objects.filter(recipient="autre@courriel.example").count()
    ask(client, reference=other.reference)
    assert other.reference not in letter().payload["text"]
    assert Delivery.objects.filter(recipient="autre@courriel.example").count() == received


def test_corrected_address_gets_the_links_and_the_earlier_none(client):
    case = CaseFactory(email="avant@courriel.example")
    Case.objects.filter(pk=case.pk).update(contact={"email": ADDRESS})
    ask(client)
    ask(client, email="avant@courriel.example")
    assert case.reference in letter().payload["text"]
    assert case.reference not in letter("avant@courriel.example").payload["text"]


def test_protected_address_and_rehearsals_are_not_mailed(client):
    hidden, rehearsed = CaseFactory(email=ADDRESS), CaseFactory(email=ADDRESS, rehearsal=True)
    Case.objects.filter(pk=hidden.pk).update(protected=True)
    StatusLink.objects.all().delete()
    ask(client)
    assert "/dossier/" not in letter().payload["text"]
    assert not hidden.links.filter(mailed=True).exists()
    assert not rehearsed.links.filter(mailed=True).exists()


def test_answer_is_the_same_whether_there_is_a_request_or_not(client, site, slept):
    CaseFactory(email=ADDRESS)
    found = ask(client)
    none = ask(client, email="aucune@courriel.example")

    same = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    pages = [
        same.sub("", page.text).replace(email, "")
        for page, email in ((found, ADDRESS), (none, "aucune@courriel.example"))
    ]
    assert pages[0] == pages[1]
    assert found.status_code == none.status_code == 200
    assert list(found.headers) == list(none.headers)
    assert len(slept) == 2
    assert all(0 < pause <= lost_link_views.ANSWERED_AFTER for pause in slept)
    assert Delivery.objects.filter(recipient="aucune@courriel.example").count() == 1


def test_robot_gets_few_emails_out_of_four_hundred(client):
    answers = [ask(client, email=f"a{number}@courriel.example").status_code for number in range(40)]
    assert answers == [200] * 10 + [429] * 30
    assert Delivery.objects.count() == 10


def test_mailbox_gets_few_emails_from_many_networks(client):
    answers = [
        client.post(LOST, {"email": f"elodie+{number}@courriel.example"}, REMOTE_ADDR=f"192.0.2.{number}")
        for number in range(40)
    ]
    assert [one.status_code for one in answers] == [200] * 3 + [429] * 37
    assert Delivery.objects.count() == 3


def test_robot_in_the_trap_gets_the_usual_answer_and_no_email(client):
    assert ask(client, website="x").status_code == 200
    assert not Delivery.objects.exists()


def test_robot_in_the_trap_keeps_no_process_busy_for_long(client, slept):
    answers = [ask(client, website="x").status_code for _press in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert len(slept) == 10


@pytest.mark.parametrize(
    "data",
    [
        {"email": ""},
        {"email": "elodie"},
        {"email": "a\0@courriel.example"},
        {"email": "x" * 400},
        {"reference": "x" * 99},
        {"reference": "a\0b"},
        {"email": "é@courriel.example"},
    ],
)
def test_bad_input_is_explained(client, data):
    assert ask(client, **data).status_code == 422
    assert not Delivery.objects.exists()


def test_form_of_a_signed_in_person_has_their_address(client):
    client.force_login(UserFactory(email=ADDRESS))
    assert f'value="{ADDRESS}"' in client.get(LOST).text
    assert "private" in client.get(LOST).headers["Cache-Control"]


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_email_is_in_the_language_of_the_page(client, language):
    prefix = "" if language == "fr" else f"/{language}"
    CaseFactory(email=ADDRESS)
    client.post(f"{prefix}{LOST}", {"email": ADDRESS})
    subjects = {
        "fr": "Les liens de vos demandes",
        "de": "Die Links zu Ihren Gesuchen",
        "it": "I link delle Sue richieste",
        "en": "The links to your requests",
    }
    assert letter().title == subjects[language]


def test_link_mailed_disturbs_no_decision(client):
    """A stranger who asks for links must not make an agent's open page out of date."""
    from eservices.cases import audit_log

    case = CaseFactory(email=ADDRESS)
    before = audit_log.last_relevant_event(case)
    ask(client)
    assert audit_log.last_relevant_event(case) == before


# -- Signing in with the address -----------------------------------------------------------------------------
def test_sign_in_with_the_address_finds_the_request(client):
    case = CaseFactory(email=ADDRESS)
    enter(client)
    page = client.get(SPACE)
    assert page.context["unconfirmed"][0][0] == case
    assert not page.context["rows"]

    assert client.post(CLAIM, {"reference": case.reference}).url == f"/espace/{case.reference}/"
    assert client.get(f"/espace/{case.reference}/").status_code == 200
    assert case.reference in client.get(SPACE).text
    case.refresh_from_db()
    assert case.identity_level == IdentityLevel.EMAIL


def test_requests_of_others_are_never_offered_nor_claimed(client):
    others = [
        CaseFactory(email="autre@courriel.example"),
        CaseFactory(email=""),
        CaseFactory(email=ADDRESS, rehearsal=True),
        CaseFactory(email=ADDRESS),  # sent by another account
        CaseFactory(email=ADDRESS),  # joined to another account
        CaseFactory(email=ADDRESS),  # protected
        CaseFactory(email=ADDRESS),  # the address was corrected since
    ]
    others[3].submission.user = UserFactory()
    others[3].submission.save()
    Case.objects.filter(pk=others[4].pk).update(owner=UserFactory())
    Case.objects.filter(pk=others[5].pk).update(protected=True)
    Case.objects.filter(pk=others[6].pk).update(contact={"email": "nouvelle@courriel.example"})
    enter(client)

    assert not client.get(SPACE).context["unconfirmed"]
    for case in others:
        assert client.post(CLAIM, {"reference": case.reference}).status_code == 404
    assert not Case.objects.exclude(email_confirmed_at=None).exists()


@pytest.mark.parametrize("reference", ["", "ORV-99-1", "x" * 99, "a\0b", "' OR 1=1"])
def test_unknown_reference_claims_nothing(client, reference):
    enter(client)
    assert client.post(CLAIM, {"reference": reference}).status_code == 404


def test_unproven_address_claims_nothing(client):
    """Neither an account without a proven address, nor a session that was not opened by the mailed code."""
    case = CaseFactory(email=ADDRESS)
    user = UserFactory(email=ADDRESS)
    user.emailaddress_set.all().delete()
    client.force_login(user)
    assert not client.get(SPACE).context["unconfirmed"]
    assert client.post(CLAIM, {"reference": case.reference}).status_code == 404
    with pytest.raises(actions.IllegalTransition):
        actions.confirm_case_of_account(actor=user, case=case, proven_at=timezone.now())


def test_request_sent_after_the_sign_in_is_not_offered(client):
    """The mailbox may have another owner by then."""
    enter(client)
    case = CaseFactory(email=ADDRESS, opened_at=timezone.now() + timedelta(days=300))
    assert not client.get(SPACE).context["unconfirmed"]
    assert client.post(CLAIM, {"reference": case.reference}).status_code == 404


def test_code_of_another_address_of_the_account_proves_nothing(client):
    """The address of the account may have another owner since it was proven; the code was sent elsewhere."""
    case = CaseFactory(email="ancienne@courriel.example")
    enter(client)
    UserFactory._meta.model.objects.filter(email=ADDRESS).update(email="ancienne@courriel.example")
    EmailAddress.objects.filter(email=ADDRESS).update(email="ancienne@courriel.example")
    assert not client.get(SPACE).context["unconfirmed"]
    assert client.post(CLAIM, {"reference": case.reference}).status_code == 404


def test_many_requests_to_confirm_cost_as_much_as_one(client):
    CaseFactory(email=ADDRESS)
    enter(client)
    client.get(SPACE)
    with CaptureQueriesContext(connection) as one:
        client.get(SPACE)
    for _number in range(3):
        CaseFactory(email=ADDRESS)
    Case.objects.update(opened_at=timezone.now() - timedelta(days=1))
    client.get(SPACE)
    with CaptureQueriesContext(connection) as more:
        page = client.get(SPACE)
    assert len(page.context["unconfirmed"]) == 4
    assert len(more) <= len(one)


def test_family_member_is_not_offered_the_request_of_another(client):
    mother, own = CaseFactory(email=ADDRESS), CaseFactory(email=ADDRESS)
    Submission.objects.filter(case=mother).update(applicant_name="Anna Marchetti")
    known(email=ADDRESS)
    enter(client)
    assert [case for case, _title in client.get(SPACE).context["unconfirmed"]] == [own]
    assert client.post(CLAIM, {"reference": mother.reference}).status_code == 404


def test_claim_needs_a_session_and_a_press(client):
    assert "/compte/entrer/" in client.post(CLAIM).url
    enter(client)
    assert client.get(CLAIM).status_code == 405


# -- Ended links ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    [
        f"/dossier/{'x' * 22}/",
        "/dossier/AbC12/",
        f"/dossier/{'x' * 21}=/",
        f"/payer/{'x' * 22}/",
        f"/demande/d/{'x' * 22}/",
    ],
)
def test_ended_or_cut_link_says_what_to_do(client, site, path):
    page = client.get(path)
    assert page.status_code == 404
    assert f'href="{LOST}"' in page.text
    assert f'class="btn" href="{SPACE}"' in page.text
    assert "021 000 42 10" in page.text.split("<main")[1].split("</main>")[0]


def test_ended_link_of_a_document_offers_no_link_of_a_request(client, site):
    page = client.get(f"/remis/{'x' * 22}/")
    assert page.status_code == 404
    assert LOST not in page.text
    assert "021 000 42 10" in page.text.split("<main")[1].split("</main>")[0]


def test_link_without_its_slash_still_opens(client):
    case = CaseFactory(email=ADDRESS)
    link = case.links.first()
    assert client.get(f"/dossier/{link.secret}").url == f"/dossier/{link.secret}/"


def test_answer_takes_its_time(client, monkeypatch):
    monkeypatch.undo()
    began = time.monotonic()
    ask(client)
    assert time.monotonic() - began >= lost_link_views.ANSWERED_AFTER
