"""The stage that makes sure who asks: who is known well enough goes on, of others an agent says how it was checked."""

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
    """Élodie, whom an identity provider proved and who came in through it."""
    user = accounts.prove_identity(
        actor=None,
        user=UserFactory(),
        means=IdentityProof.Means.PROVIDER,
        level=IdentityLevel.ASSURED,
        given_names="Élodie",
        family_name="Marchetti",
    ).user
    user.assured = True  # as the session's backend says
    return user


def by_code():
    """The same, come in by a code that was mailed."""
    user = assured()
    user.assured = False
    return user


def asked(level: str, user=None, below: str = "agent") -> Case:
    """A request of a service whose first stage asks for ``level``; a decision follows."""
    settings = {"format": 1, "level": level, "below": below}
    return CaseFactory(stages=[{"key": "who", "type": "identity", "settings": settings}, DECISION], user=user)


def stage(case: Case) -> tuple[str, str]:
    row = case.stages.get(type="identity")
    return row.progress, row.waiting_for


def kept(case: Case) -> str | None:
    """What later stages may look at."""
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
def test_who_is_known_well_enough_goes_on_by_itself_and_others_wait_for_an_agent(level, who, goes_on):
    case = asked(level, who())
    assert stage(case) == (DONE if goes_on else TO_AGENT)
    assert kept(case) == ("proven" if goes_on else None)


@pytest.mark.parametrize("level", ["email", "known", "assured"])
def test_an_agent_says_how_who_asks_was_checked_and_it_goes_on(client, level):
    case, agent = asked(level), member()
    url = reverse("cases:stage", args=[case.reference, "who"])
    client.force_login(agent)
    assert client.post(url, {"identity_check": ""}).status_code == 422
    assert stage(case) == TO_AGENT

    assert client.post(url, {"identity_check": "card"}).status_code == 302
    process.advance_case(case.pk)

    row = case.stages.get(type="identity")
    assert (stage(case), kept(case)) == (DONE, "checked")
    assert (row.data["details"], row.data["by"]) == ({"documents": {"identity_check": "card"}}, agent.pk)


@pytest.mark.parametrize("level", ["email", "known", "assured"])
def test_where_the_service_says_so_it_goes_on_unchecked_and_what_follows_knows_it(level):
    case = asked(level, below="go_on")
    assert (stage(case), kept(case)) == (DONE, "open")


def test_the_mailed_link_is_enough_where_a_proven_address_is():
    for level, where in (("email", DONE), ("known", TO_AGENT)):
        case = asked(level)
        cases.confirm_email_address(actor=applicant(case), case=case)
        process.advance_case(case.pk)
        assert stage(case) == where
