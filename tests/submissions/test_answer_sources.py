"""The source of each answer: from the draft to the submission."""

import pytest
from django.urls import reverse

from eservices.submissions import actions
from eservices.submissions.models import Draft, Submission
from eservices.submissions.prefill.answer_sources import AnswerSource, SourceKind, read_source
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.submissions import TYPED, FormVersionFactory, certificate

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client, settings):
    settings.LEAST_SECONDS_TO_FILE = 0
    user = UserFactory(email="elodie@courriel.example", first_name="", last_name="Rochat")
    client.force_login(user)
    return user


@pytest.fixture
def version():
    content = certificate()
    for field in content["steps"][1]["fields"]:
        if field["key"] == "nom":
            field["autocomplete"] = "family-name"
    return FormVersionFactory(content=content)


def fill(client, draft, **changes) -> Draft:
    """Post every step as it was shown, with ``changes`` to the step ``identite``."""
    typed = TYPED | {"identite": TYPED["identite"] | {"nom": "Rochat"} | changes}
    for step in ("qui", "identite", "contact", "document"):
        assert (
            client.post(reverse("submissions:step", args=[draft.secret, step]), typed[step]).status_code
            == 302
        )
    draft.refresh_from_db()
    return draft


def test_prefilled_answer_keeps_its_source_until_it_is_sent(client, user, version):
    draft = fill(client, actions.start_draft(actor=user, version=version, language="fr"))
    assert draft.filled_by["nom"] == {"kind": "account"}
    assert "prenom" not in draft.filled_by
    client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})
    assert Submission.objects.get().filled_by["nom"] == {"kind": "account"}


def test_prefilled_answer_that_is_changed_is_typed(client, user, version):
    draft = actions.start_draft(actor=user, version=version, language="fr")
    assert "nom" not in fill(client, draft, nom="Marchetti").filled_by
    assert "nom" not in fill(client, draft).filled_by, "typed once, whatever the account says"


def test_source_survives_automatic_saves(client, user, version):
    draft = actions.start_draft(actor=user, version=version, language="fr")
    step = version.definition.step("identite")
    actions.save_unvalidated(actor=user, draft=draft, step=step, typed={"nom": ["Rochat"]})
    assert fill(client, draft).filled_by["nom"] == {"kind": "account"}


def test_nothing_prefilled_means_that_all_was_typed(client, version, settings):
    settings.LEAST_SECONDS_TO_FILE = 0
    draft = fill(client, actions.start_draft(actor=None, version=version, language="fr"))
    client.post(reverse("submissions:send", args=[draft.secret]), {"declared": "1"})
    assert Submission.objects.get().filled_by == {}


def test_renewed_request_comes_from_the_earlier_one(user):
    case = CaseFactory()
    draft = actions.start_draft_from_submission(actor=user, submission=case.submission, changes={})
    assert draft.filled_by["nom"] == {"kind": "earlier"}


def test_erased_answer_has_no_source():
    submission = CaseFactory().submission
    submission.filled_by = {"nom": {"kind": "register"}, "prenom": {"kind": "register"}}
    submission.save()
    actions.erase_answers(actor=None, submission=submission, keys=["nom"])
    submission.refresh_from_db()
    assert submission.filled_by == {"prenom": {"kind": "register"}}
    actions.erase_submission(actor=None, submission=submission)
    assert submission.filled_by is None


def test_name_alone_is_that_of_a_program():
    assert read_source("Logiciel métier") == AnswerSource(SourceKind.PROGRAM, "Logiciel métier")
