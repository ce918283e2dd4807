"""Drafts through the API: a program fills, a person reads who filled what, completes and sends."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from eservices.api.scopes import Scope
from eservices.submissions.models import Draft, Submission
from tests.factories.api import ApiClient, make_token
from tests.factories.submissions import TYPED, FormFactory, FormVersionFactory

pytestmark = pytest.mark.django_db
PATH = "/api/v1/services/attestation/drafts"
ANSWERS = {"pour": "moi", "nom": "Marchetti", "prenom": "Élodie", "naissance": "1986-06-14"}
NOTE = "Filled in by the program “Logiciel métier”. Check it."


@pytest.fixture
def version():
    return FormVersionFactory()


@pytest.fixture
def program(version) -> ApiClient:
    return ApiClient(make_token(version.form)[1])


def test_person_reads_who_filled_what_and_sends(program, client, settings):
    settings.LEAST_SECONDS_TO_FILE = 0
    made = program.write(PATH, {"answers": ANSWERS, "language": "en"}).json()
    assert NOTE in client.get(urlsplit(made["url"]).path, follow=True).text
    draft = Draft.objects.get()
    typed = TYPED | {"identite": TYPED["identite"] | {"nom": "Marchetti-Blanc"}}
    for step in ("qui", "identite", "contact", "document"):
        client.post(reverse("submissions:step", args=[draft.secret, step]), typed[step])
    draft.refresh_from_db()
    program = {"kind": "program", "name": "Logiciel métier"}
    assert draft.filled_by == {"pour": program, "prenom": program, "naissance": program}
    review = client.get(urlsplit(made["url"]).path, follow=True)
    assert review.text.count(NOTE) == 3
    assert not Submission.objects.exists()
    client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})
    assert Submission.objects.get().answers["nom"] == "Marchetti-Blanc"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"pour": "personne"}, id="no-option"),
        pytest.param({"pour": "moi", "lien": "fils"}, id="not-asked"),
        pytest.param({"naissance": "2999-01-01"}, id="future"),
        pytest.param({"naissance": "hier"}, id="no-date"),
        pytest.param({"nom": ["Marchetti"]}, id="no-text"),
        pytest.param({"nom": "x" * 5_000}, id="too-long"),
        pytest.param({"nom": "a\0b"}, id="nul"),
        pytest.param({"nom": "a\u202eb"}, id="direction"),
        pytest.param({"exemplaires": 10**400}, id="endless-number"),
        pytest.param({"exemplaires": 9}, id="too-many"),
        pytest.param({"exemplaires": True}, id="no-number"),
        pytest.param({"piece": "x.pdf"}, id="file"),
        pytest.param({"inconnu": "x"}, id="unknown"),
        pytest.param({}, id="nothing"),
    ],
)
def test_answers_that_the_form_refuses_start_nothing(program, answers):
    refused = program.write(PATH, {"answers": answers})
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert not Draft.objects.exists()


def test_draft_needs_the_scope_and_the_service(version):
    for scopes, forms in (([Scope.CASES_READ], [version.form]), (Scope.values, [FormFactory(slug="autre")])):
        program = ApiClient(make_token(*forms, scopes=scopes)[1])
        assert program.write(PATH, {"answers": ANSWERS}).status_code == 404
    assert not Draft.objects.exists()


def test_same_key_starts_one_draft(program):
    first, again = (program.write(PATH, {"answers": ANSWERS}, key="a") for _ in range(2))
    assert first.json() == again.json()
    assert Draft.objects.count() == 1
