"""Erasure on request of residents, and data that must be retained."""

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from eservices.accounts import actions as accounts
from eservices.accounts.models import SignIn, User
from eservices.cases.models import Case
from eservices.deliveries.models import Delivery
from eservices.register.models import ResidentRecord
from eservices.submissions.models import Draft
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, member
from tests.factories.submissions import DraftFactory

pytestmark = pytest.mark.django_db

URL = reverse("space:erase")


def own_case(user, *, closed: bool = True, on_request: bool = True) -> Case:
    case = CaseFactory(refused=closed)
    case.submission.user = user
    case.submission.save()
    case.version.content["settings"]["retention"] = {
        "months": 24,
        "disposition": "eliminate",
        "on_request": on_request,
    }
    case.version.save()
    Delivery.objects.for_subject(case.subject).update(state="done")
    return case


def stays(case: Case) -> bool:
    case.submission.refresh_from_db()
    return bool(case.submission.answers)


@pytest.fixture
def resident(client):
    user = UserFactory(phone="+41790000000")
    client.force_login(user)
    return user


def test_closed_case_is_erased_if_its_service_allows(client, resident):
    erasable, kept = own_case(resident), own_case(resident)
    kept.holds.create(reason="Recours")

    page = client.get(URL).content.decode()
    assert f'value="{erasable.reference}"' in page
    assert f'value="{kept.reference}"' not in page
    assert kept.reference in page

    response = client.post(URL, {"cases": [erasable.reference, kept.reference, "ORV-99-1"]})

    assert response.status_code == 302
    assert not stays(erasable)
    assert stays(kept)
    assert erasable.events.last().actor_kind == "applicant"
    assert client.get(reverse("space:home")).status_code == 200


def test_closed_case_is_kept_if_the_law_requires(client, resident):
    case = own_case(resident, on_request=False)

    assert "La loi veut" in client.get(URL).content.decode()
    assert client.post(URL, {"cases": [case.reference]}).status_code == 422
    assert stays(case)


def test_open_held_or_foreign_cases_are_not_erased(client, resident):
    opened, foreign = own_case(resident, closed=False), own_case(UserFactory())
    held = own_case(resident)
    held.holds.create(reason="Recours")

    client.post(URL, {"cases": [one.reference for one in (opened, foreign, held)]})

    assert all(stays(one) for one in (opened, foreign, held))
    assert 'name="account"' not in client.get(URL).content.decode()


def test_erasing_empties_the_memory_of_the_browser(client, resident):
    assert "data-forgets>" in client.get(reverse("space:erase")).text


def test_drafts_are_erased_with_their_files(client, resident):
    DraftFactory(user=resident, steps=["qui"])
    foreign = DraftFactory(user=UserFactory(), steps=["qui"])

    client.post(URL, {"drafts": "on"})

    assert list(Draft.objects.filter(submission=None)) == [foreign]


def test_account_is_erased_and_closed(client, resident):
    kept = own_case(resident, on_request=False)
    DraftFactory(user=resident)
    ResidentRecord.objects.create(user=resident, person={"family_name": "Marchetti"})
    UserSession.objects.create(user=resident, ip="127.0.0.1", session_key="elsewhere", user_agent="")
    SignIn.objects.create(email=resident.email, kind=SignIn.Kind.FAILED)

    page = client.post(URL, {"account": "on"})

    assert "Votre compte est effacé" in page.content.decode()
    user = User.objects.get(pk=resident.pk)
    assert (user.email, str(user.phone), user.get_full_name()) == (f"erased-{user.pk}@invalid", "", "")
    assert not user.is_active
    assert not user.emailaddress_set.exists()
    assert not Draft.objects.filter(user=user, submission=None).exists()
    assert not ResidentRecord.objects.exists()
    assert not UserSession.objects.exists()
    assert not SignIn.objects.exists()
    assert user.sessions_ended_at
    assert stays(kept)
    assert client.get(URL).status_code == 302


def test_empty_erasure_is_refused_and_staff_cannot_erase(client, resident):
    assert client.post(URL, {}).status_code == 422
    agent = member()
    client.force_login(agent)
    assert 'name="account"' not in client.get(URL).content.decode()
    assert client.post(URL, {"account": "on"}).status_code == 422
    with pytest.raises(ValueError, match="staff"):
        accounts.erase_account(actor=agent)


def test_case_that_became_blocked_since_is_not_erased(client, resident):
    case = own_case(resident)
    client.get(URL)
    Delivery.objects.for_subject(case.subject).update(state="stuck")

    client.post(URL, {"cases": [case.reference]})

    assert stays(case)
