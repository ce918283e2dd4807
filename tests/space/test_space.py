"""The account: requests, drafts, documents and personal details."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from eservices.cases import actions as cases
from eservices.cases.models import Case
from eservices.submissions.models import Draft
from tests.factories.accounts import UserFactory
from tests.factories.bookings import booking, resource
from tests.factories.cases import CaseFactory, member, stored
from tests.factories.documents import issued
from tests.factories.payments import due_charge, paid
from tests.factories.submissions import FormVersionFactory

pytestmark = pytest.mark.django_db
ADDRESS = "elodie@courriel.example"


@pytest.fixture
def elodie(client):
    person = UserFactory(email=ADDRESS, first_name="Élodie", last_name="Marchetti")
    client.force_login(person)
    return person


def own_case(**fields):
    return CaseFactory(email=ADDRESS, email_confirmed_at=timezone.now(), **fields)


@pytest.mark.parametrize(
    "path", ["/espace/", "/espace/vous/", "/espace/donnees.json", "/espace/ORV-26-0001/"]
)
def test_account_requires_sign_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.url.startswith("/compte/entrer/")


def test_empty_account_explains_how_requests_get_there(client, elodie):
    page = client.get("/espace/")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    assert not page.context["rows"]


def test_account_lists_own_requests_and_open_questions(client, elodie):
    mine, other = own_case(asked=True), CaseFactory(email="autre@courriel.example")
    page = client.get("/espace/")
    assert mine.reference in page.text
    assert other.reference not in page.text
    assert [row["case"] for row in page.context["asked"]] == [mine]


def test_own_drafts_are_resumed_from_the_account(client, elodie):
    version = FormVersionFactory()
    mine = Draft.objects.create(version=version, language="fr", user=elodie)
    Draft.objects.create(version=version, language="fr", user=UserFactory())
    gone = Draft.objects.create(version=version, language="fr", user=elodie, expires_at=timezone.now())
    page = client.get("/espace/")
    assert [row["draft"] for row in page.context["drafts"]] == [mine]
    assert reverse("submissions:resume", args=[mine.secret]) in page.text
    assert gone.secret not in page.text


def test_own_documents_are_downloaded_from_the_account(client, elodie):
    document = issued()
    case = document.case
    case.submission.user = elodie
    case.submission.save()
    url = reverse("space:case_document", args=[case.reference, document.pk])
    assert url in client.get("/espace/").text
    assert client.get(url).status_code == 200
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404


def test_rehearsals_are_not_listed(client, elodie):
    assert own_case(rehearsal=True).reference not in client.get("/espace/").text


def test_person_changes_name_telephone_and_language(client, elodie):
    data = {"first_name": "Élodie", "last_name": "Roux", "phone": "079 123 45 67", "language": "de"}
    assert client.post("/espace/vous/", data).url == "/de/espace/"
    elodie.refresh_from_db()
    assert (elodie.last_name, elodie.phone, elodie.language) == ("Roux", "+41 79 123 45 67", "de")
    assert elodie.email == ADDRESS


@pytest.mark.parametrize(
    ("name", "value"), [("phone", "abc"), ("phone", "1"), ("language", "tlh"), ("first_name", "x" * 200)]
)
def test_invalid_details_are_refused_at_their_field(client, elodie, name, value):
    data = {"first_name": "Élodie", "last_name": "Roux", "phone": "", "language": "fr", name: value}
    page = client.post("/espace/vous/", data)
    assert page.status_code == 422
    assert name in page.context["form"].errors
    assert "Roux" in page.text
    elodie.refresh_from_db()
    assert elodie.last_name == "Marchetti"


def test_export_contains_own_data_only(client, elodie):
    mine, other = own_case(answered=True), CaseFactory(email="autre@courriel.example")
    stored(mine, name="bail.pdf")
    mine.messages.last().files.add(stored(mine, submission=None, name="page 3.pdf"))
    got = client.get("/espace/donnees.json")
    assert got.headers["Content-Disposition"].startswith("attachment")
    data = got.json()
    assert data["person"]["email"] == ADDRESS
    assert [request["reference"] for request in data["requests"]] == [mine.reference]
    assert other.reference not in got.text
    assert [message["by"] for message in data["requests"][0]["messages"]] == ["commune", "applicant"]
    assert {file["name"] for file in data["requests"][0]["files"]} == {"bail.pdf", "page 3.pdf"}


def test_export_has_charges_bookings_and_messages(client, elodie):
    charge = due_charge(email=ADDRESS)
    case = charge.case
    Case.objects.filter(pk=case.pk).update(email_confirmed_at=timezone.now())
    cases.assign_case(
        actor=member(), case=case, agent=member()
    )  # the agent's notification is no part of the applicant's data
    payment = paid(charge)
    booked = booking(resource(), "2027-03-02T08:00", "2027-03-02T09:00", submission=case.submission)

    [told] = client.get("/espace/donnees.json").json()["requests"]

    assert [(one["amount"], one["paid"], one["currency"]) for one in told["charges"]] == [
        ("30.00",) * 2 + ("CHF",)
    ]
    assert [one["number"] for one in told["receipts"]] == [payment.receipt]
    assert [one["starts"] for one in told["bookings"]] == [booked.starts_at.isoformat()]
    assert {one["to"] for one in told["letters"]} == {ADDRESS}
    secrets = case.links.values_list("secret", flat=True)
    assert not [one for one in secrets if one in str(told)]


def test_export_omits_messages_of_an_unopened_decision(client, elodie):
    case = own_case(accepted=True)
    case.formal_decisions.create(
        outcome="accepted", by=member(), title="Décision", authority="Tribunal", days=30, electronic=True
    )
    [told] = client.get("/espace/donnees.json").json()["requests"]
    assert told["reference"] == case.reference
    assert told["letters"] == []


@pytest.mark.parametrize("language", ["fr", "de", "it", "en"])
def test_account_exists_in_every_language(client, elodie, language):
    own_case(accepted=True)
    with translation.override(language):
        for name in ("home", "profile"):
            page = client.get(reverse(f"space:{name}"))
            assert page.status_code == 200
            assert f'<html lang="{language}">' in page.text


@pytest.mark.parametrize("situation", ["waits for an agent", "is somebody's", "accepted"])
def test_account_takes_constant_queries(client, elodie, situation):
    def file():
        assignee = {"assignee": member()} if situation == "is somebody's" else {}
        own_case(accepted=situation == "accepted", **assignee)

    def counted() -> int:
        client.get("/espace/")  # fills the caches of forms and of the page around them
        with CaptureQueriesContext(connection) as seen:
            client.get("/espace/")
        return len(seen)

    file()
    few = counted()
    for _ in range(4):
        file()
    assert counted() == few <= 14


def test_unproven_address_gives_no_access_to_its_cases(client):
    mine = own_case()
    person = UserFactory(email="julie.perret@orvenay.example", is_staff=True)
    person.email = ADDRESS  # as an administrator may write it
    person.save()
    client.force_login(person)

    assert mine.reference not in client.get("/espace/").text
    assert client.get(f"/espace/{mine.reference}/").status_code == 404
