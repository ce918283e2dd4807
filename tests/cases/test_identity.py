"""Identity level of a case: how sure it is that the sender is the applicant."""

import pytest
from django.urls import reverse

from eservices.accounts import actions as accounts
from eservices.accounts.models import IdentityLevel, IdentityProof
from eservices.cases import actions
from eservices.cases.models import Case, Role
from eservices.cases.workflow.identity import identity_level_of
from tests.factories.accounts import UserFactory, known
from tests.factories.cases import CaseFactory, applicant, member

pytestmark = pytest.mark.django_db
NONE, EMAIL, KNOWN = IdentityLevel.NONE, IdentityLevel.EMAIL, IdentityLevel.KNOWN


def fresh(case) -> Case:
    return Case.objects.select_related("submission").get(pk=case.pk)


@pytest.mark.parametrize(
    ("who", "level"),
    [
        (lambda: None, NONE),
        (UserFactory, EMAIL),
        (lambda: known("Élodie", "Marchetti"), KNOWN),
        (lambda: known("Otto", "Marchetti"), EMAIL),
        (lambda: UserFactory(identity_level=KNOWN), EMAIL),
    ],
    ids=["nobody signed in", "by code", "known", "known as somebody else", "known as nobody"],
)
def test_submission_stores_level_of_account_about_applicant(who, level):
    case = CaseFactory(user=who())
    assert case.submission.identity_level == identity_level_of(case) == level


def test_mailed_link_raises_level_of_case_not_submission():
    case = CaseFactory()
    actions.confirm_email_address(actor=applicant(case), case=case)
    assert identity_level_of(fresh(case)) == EMAIL
    assert fresh(case).submission.identity_level == NONE


def test_agent_records_identity_and_case_is_processed_again(client):
    case, agent = CaseFactory(user=UserFactory(), due_at=None), member(role=Role.TREAT)
    client.force_login(agent)
    url = reverse("cases:do", args=[case.reference, "identify"])
    assert "pièce d’identité ou" in client.get(reverse("cases:case", args=[case.reference])).content.decode()
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"check": "trust-me"}).status_code == 422
    assert identity_level_of(fresh(case)) == EMAIL
    assert client.post(url, {"check": "card"}).status_code == 302
    assert identity_level_of(fresh(case)) == KNOWN
    assert fresh(case).due_at is not None
    event = case.events.get(kind="identified")
    assert (event.actor, event.data) == (agent, {"check": "card", "account": False})
    assert not IdentityProof.objects.exists()
    assert 'id="identify"' not in client.get(reverse("cases:case", args=[case.reference])).content.decode()


def test_agent_who_only_reads_cannot_identify_applicant(client):
    case = CaseFactory()
    client.force_login(member(role=Role.READ))
    url = reverse("cases:do", args=[case.reference, "identify"])
    assert client.post(url, {"check": "card"}).status_code == 404
    assert identity_level_of(fresh(case)) == NONE


def test_identity_seen_by_agent_applies_to_account():
    resident = UserFactory()
    case, other = CaseFactory(user=resident), CaseFactory(user=resident)
    about_otto = CaseFactory(user=resident, advanced=False)
    about_otto.submission.applicant_name = "Otto Marchetti"
    about_otto.submission.save()
    agent = member()
    actions.identify_applicant(actor=agent, case=case, check="card", account=True)
    resident.refresh_from_db()
    assert resident.identity_level == KNOWN
    assert str(resident.known_as) == "Élodie Marchetti"
    assert resident.known_as.by == agent
    assert [identity_level_of(fresh(one)) for one in (case, other, about_otto)] == [KNOWN, KNOWN, EMAIL]


def test_closed_case_keeps_its_identity_level():
    resident = UserFactory()
    case = CaseFactory(user=resident, refused=True)
    accounts.prove_identity(
        actor=None, user=resident, means="posted_code", given_names="Élodie", family_name="Marchetti"
    )
    with pytest.raises(actions.IllegalTransition):
        actions.identify_applicant(actor=member(), case=case, check="card")
    assert identity_level_of(fresh(case)) == EMAIL
