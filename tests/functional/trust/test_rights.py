"""Walkthroughs of escalation of rights, one per known fault: refused, or notified if granted."""

import pytest
from django.urls import reverse

from eservices.cases.access import cases_for
from eservices.cases.models import Case, Role, TeamMember
from eservices.deliveries.models import Delivery
from tests.factories.accounts import SuperuserFactory
from tests.factories.cases import CaseFactory, TeamFactory, member
from tests.factories.payments import QR_IBAN, qr_account

pytestmark = pytest.mark.django_db


def test_lead_cannot_join_another_team_or_read_protected_cases(client):
    case, police = CaseFactory(), TeamFactory(key="police")
    Case.objects.filter(pk=case.pk).update(protected=True)
    lead = member(Role.CONFIGURE, team=police, roles=["agents", "leads"])
    client.force_login(lead)
    settings = reverse("wagtailsnippets_eservices_cases_team:edit", args=[case.team_id])
    members = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0, "memberships-0-user": lead.pk}
    members |= {
        "memberships-0-role": Role.CONFIGURE,
        "memberships-0-sees_protected": "on",
        "name": "x",
        "key": "x",
    }
    assert client.get(settings).status_code == client.post(settings, members).status_code == 404
    role = reverse("cases:team_do", args=["habitants", "role"])
    assert client.post(role, {"email": lead.email, "role": Role.CONFIGURE}).status_code == 404
    own = reverse("cases:team_do", args=["police", "role"])
    client.post(own, {"email": lead.email, "role": Role.CONFIGURE, "sees_protected": "yes"})
    assert [one.team for one in TeamMember.objects.filter(user=lead)] == [police]
    assert not TeamMember.objects.filter(user=lead, sees_protected=True)
    assert not cases_for(lead).exists()


def test_rights_granted_by_an_administrator_notify_team_leads(client):
    boss, lead, agent = SuperuserFactory(), member(Role.LEAD), member(Role.READ)
    client.force_login(boss)
    role = reverse("cases:team_do", args=["habitants", "role"])
    client.post(role, {"email": agent.email, "role": Role.DECIDE, "sees_protected": "yes"})
    letters = Delivery.objects.filter(title__contains="Droits étendus")
    assert {one.recipient for one in letters} == {boss.email, lead.email}
    assert "traite les personnes dont l’adresse est protégée" in letters[0].payload["text"]


def test_lead_can_neither_see_the_ledger_nor_change_the_iban(client):
    own = qr_account()
    client.force_login(member(Role.CONFIGURE, roles=["agents", "leads"]))
    for name in ("aside", "journal", "tills", "till", "refunds", "account"):
        assert client.get(reverse(f"money:{name}")).status_code == 404, name
    settings = reverse("wagtailsettings:edit", args=["eservices_payments", "paymentsettings", own.pk])
    answer = client.post(settings, {"creditor_iban": "CH9300762011623852957"})
    assert answer.url == reverse("wagtailadmin_home")
    own.refresh_from_db()
    assert own.creditor_iban == QR_IBAN
