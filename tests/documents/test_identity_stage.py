"""The identity stage: continues for known applicants; an agent states how others were checked."""

import pytest
from django.urls import reverse

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel, IdentityProof
from eservices.cases import actions as cases
from eservices.cases import process
from eservices.cases.models import Case
from tests.factories.accounts import UserFactory, known
from tests.factories.cases import DECISION, CaseFactory, applicant, member

pytestmark = pytest.mark.django_db
DONE, TO_AGENT = ("done", ""), ("active", "agent")


def assured():
    """Create Élodie, whom an identity provider proved and who signed in through it."""
    user = accounts.prove_identity(
        actor=None,
        user=UserFactory(),
        means=IdentityProof.Means.PROVIDER,
        level=IdentityLevel.ASSURED,
        given_names="Élodie",
        family_name="Marchetti",
    ).user
    user.assured = True  # set by the session's backend
    return user


def by_code():
    """Create the same user, signed in by a mailed code."""
    user = assured()
    user.assured = False
    return user


def asked(level: str, user=None, below: str = "agent") -> Case:
    """Create a case whose first stage requires ``level``; a decision follows."""
    settings = {"format": 1, "level": level, "below": below}
    return CaseFactory(stages=[{"key": "who", "type": "identity", "settings": settings}, DECISION], user=user)


def stage(case: Case) -> tuple[str, str]:
    row = case.stages.get(type="identity")
    return row.progress, row.waiting_for


def stored_result(case: Case) -> str | None:
    """Return the result that later stages can read."""
    return Case.objects.get(pk=case.pk).data.get("who_result")


@pytest.mark.parametrize(
    ("level", "who", "goes_on"),
    [
        ("email", lambda: None, False),
        ("email", UserFactory, True),
        ("email", known, True),
        ("known", UserFactory, False),
        ("known", lambda: known("Otto", "Marchetti"), False),
        ("known", known, True),
        ("known", assured, True),
        ("assured", lambda: None, False),
        ("assured", UserFactory, False),
        ("assured", known, False),
        ("assured", by_code, False),
        ("assured", assured, True),
    ],
)
def test_known_applicant_continues_and_others_wait_for_an_agent(level, who, goes_on):
    case = asked(level, who())
    assert stage(case) == (DONE if goes_on else TO_AGENT)
    assert stored_result(case) == ("proven" if goes_on else None)


@pytest.mark.parametrize("level", ["email", "known", "assured"])
def test_agent_states_the_identity_check_and_the_case_goes_on(client, level):
    case, agent = asked(level), member()
    url = reverse("cases:stage", args=[case.reference, "who"])
    client.force_login(agent)
    assert client.post(url, {"identity_check": ""}).status_code == 422
    assert stage(case) == TO_AGENT

    assert client.post(url, {"identity_check": "card"}).status_code == 302
    process.advance_case(case.pk)

    row = case.stages.get(type="identity")
    assert (stage(case), stored_result(case)) == (DONE, "checked")
    assert (row.data["details"], row.data["by"]) == ({"documents": {"identity_check": "card"}}, agent.pk)


@pytest.mark.parametrize("level", ["email", "known", "assured"])
def test_unchecked_identity_is_recorded_if_the_service_goes_on(level):
    case = asked(level, below="go_on")
    assert (stage(case), stored_result(case)) == (DONE, "open")


def test_confirmed_email_is_enough_for_level_email():
    for level, where in (("email", DONE), ("known", TO_AGENT)):
        case = asked(level)
        cases.confirm_email_address(actor=applicant(case), case=case)
        process.advance_case(case.pk)
        assert stage(case) == where
