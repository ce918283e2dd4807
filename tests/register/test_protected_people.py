"""Nobody sees the address of a protected person in a case that its whole team sees."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from eservices.cases import actions as cases
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Case, Role, TeamMember
from eservices.deliveries import access as outbox
from eservices.deliveries.models import Delivery
from eservices.register.contrib.demo import DemoRegister
from eservices.register.persons import DeclaredPerson
from tests.factories.accounts import UserFactory
from tests.factories.cases import CaseFactory, member
from tests.factories.register import check_of, checked_case

pytestmark = pytest.mark.django_db
NORA = {"prenom": "Nora", "nom": "Kessler", "naissance": "1990-06-21"}


def authorised(role=Role.LEAD):
    agent = member(role)
    TeamMember.objects.filter(user=agent).update(sees_protected=True)
    return agent


def nora():
    return DemoRegister().find(DeclaredPerson("Nora", "Kessler"))[0]


def test_namesake_who_is_protected_is_not_shown_once_the_case_is_not(client):
    case = checked_case(NORA | {"naissance": "1971-01-01"})
    assert check_of(case).protected
    cases.unprotect(actor=authorised(), case=case, reason="Homonyme.")
    client.force_login(member(Role.TREAT))
    page = client.get(reverse("cases:case", args=[case.reference])).text
    assert "Nora" in page  # as the applicant declares
    assert nora().address.street not in page
    assert nora().key not in page
    url = reverse("cases:stage", args=[case.reference, "check"])
    assert client.post(url, {"choice": f"person:{nora().key}"}).status_code == 422


def test_case_of_a_person_found_as_protected_stays_protected():
    case = checked_case(NORA)
    cases.complete_stage_task(
        actor=authorised(), case=case, stage="check", data={"choice": f"person:{nora().key}"}
    )
    with pytest.raises(IllegalTransition):
        cases.unprotect(actor=authorised(), case=Case.objects.get(pk=case.pk), reason="Homonyme.")


@pytest.mark.database
def test_outbox_withholds_every_address_of_a_protected_applicant():
    filed, corrected = ["old@courriel.example", "+41791112230"], ["new@courriel.example", "+41791112233"]
    case, open_case = CaseFactory(email=filed[0]), CaseFactory(email="other@courriel.example")
    contact = {"email": corrected[0], "phone": corrected[1]}
    Case.objects.filter(pk=case.pk).update(protected=True, contact=contact)
    type(case.submission).objects.filter(pk=case.submission_id).update(phone=filed[1])
    Case.objects.filter(pk=CaseFactory(email="").pk).update(protected=True)  # of whom nothing is known
    for address in (*filed, *corrected, open_case.email):
        Delivery.objects.create(
            carrier="email", recipient=address, title="Code", payload={}, subject="user:1"
        )
    keeper = UserFactory()
    keeper.user_permissions.add(Permission.objects.get(codename="change_delivery"))
    seen = outbox.deliveries_for(type(keeper).objects.get(pk=keeper.pk)).filter(subject="user:1")
    assert [one.recipient for one in seen] == [open_case.email]
