"""How sure the commune is that the applicant named in a case is who asks."""

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
        (lambda: UserFactory(), EMAIL),
        (lambda: known("Élodie", "Marchetti"), KNOWN),
        (lambda: known("Otto", "Marchetti"), EMAIL),
        (lambda: UserFactory(identity_level=KNOWN), EMAIL),
    ],
    ids=["nobody signed in", "by code", "known", "known as somebody else", "known as nobody"],
)
def test_a_request_keeps_the_level_of_its_account_as_far_as_it_is_about_the_applicant(who, level):
    case = CaseFactory(user=who())
    assert case.submission.identity_level == identity_level_of(case) == level


def test_the_mailed_link_proves_the_address_and_the_record_stays_as_it_was_sent():
    case = CaseFactory()
    actions.confirm_email_address(actor=applicant(case), case=case)
    assert identity_level_of(fresh(case)) == EMAIL
    assert fresh(case).submission.identity_level == NONE


def test_an_agent_who_saw_the_person_states_how_and_the_process_is_looked_at_again(client):
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


def test_who_only_reads_the_cases_of_a_team_identifies_nobody(client):
    case = CaseFactory()
    client.force_login(member(role=Role.READ))
    url = reverse("cases:do", args=[case.reference, "identify"])
    assert client.post(url, {"check": "card"}).status_code == 404
    assert identity_level_of(fresh(case)) == NONE


def test_what_an_agent_saw_may_be_remembered_for_the_account_and_counts_for_its_other_requests():
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


def test_a_closed_case_stays_at_the_level_it_ended_with():
    resident = UserFactory()
    case = CaseFactory(user=resident, refused=True)
    accounts.prove_identity(
        actor=None, user=resident, means="posted_code", given_names="Élodie", family_name="Marchetti"
    )
    with pytest.raises(actions.IllegalTransition):
        actions.identify_applicant(actor=member(), case=case, check="card")
    assert identity_level_of(fresh(case)) == EMAIL
