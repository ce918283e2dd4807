"""Teams: their members, roles, absences and deputies."""

from datetime import date, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from eservices.accounts.access import WIDENED
from eservices.cases import actions
from eservices.cases.actions import IllegalTransition
from eservices.cases.models import Absence, Case, Role, TeamMember
from eservices.cases.workflow import absences
from eservices.deliveries.models import Delivery
from tests.factories.accounts import AgentFactory, SuperuserFactory, UserFactory
from tests.factories.cases import CaseFactory, TeamFactory, applicant, member

pytestmark = pytest.mark.django_db


def away(user, deputy=None, days=0, team=None) -> Absence:
    """Create an absence of one day: today, or ``days`` days ago."""
    day = timezone.localdate() - timedelta(days=days)
    return Absence.objects.create(
        team=team or TeamFactory(), user=user, first_day=day, last_day=day, deputy=deputy
    )


def test_case_of_absent_agent_is_assigned_to_deputy():
    case, agent, deputy = CaseFactory(), member(), member()
    away(agent, deputy)
    actions.assign_case(actor=member(), case=case, agent=agent)
    case.refresh_from_db()
    assert case.assignee == deputy
    assert case.events.get(kind="assigned").data["instead_of"] == str(agent)
    Case.objects.filter(pk=case.pk).update(assignee=agent)
    actions.send_message(actor=applicant(case), case=case, text="Bonjour ?")
    assert Delivery.objects.for_subject(case.subject).latest("created_at").recipient == deputy.email


def test_queue_view_summary_applies_to_that_list_only(client):
    agent, deputy = (member(role=Role.TREAT) for _ in range(2))
    CaseFactory(assignee=agent)
    away(agent, deputy)
    client.force_login(deputy)
    url = reverse("cases:queue") + "?view=instead"
    assert "Rien n’est en retard, rien n’est à rendre aujourd’hui" in client.get(url).text
    CaseFactory(late=True)
    assert "Rien de cette liste n’est en retard" in client.get(url).text


def test_only_deputy_sees_cases_of_absent_colleague(client):
    agent, between, deputy, other = (member(role=Role.TREAT) for _ in range(4))
    case, own = CaseFactory(assignee=agent), CaseFactory(assignee=deputy)
    url = reverse("cases:queue") + "?view=instead"
    client.force_login(deputy)
    assert "?view=instead" not in client.get(reverse("cases:queue")).text
    away(agent, between)
    away(between, deputy)
    for user, found in ((deputy, True), (between, False), (other, False)):
        client.force_login(user)
        assert ("?view=instead" in client.get(reverse("cases:queue")).text) == found
    client.force_login(deputy)
    page = client.get(url).text
    assert case.reference in page
    assert own.reference not in page


def test_deputy_circle_or_past_absence_represents_nobody():
    first, second, third = member(), member(), member()
    away(first, second)
    away(second, first)
    away(third, first, days=1)
    assert absences.represented_colleagues(first) == absences.represented_colleagues(second) == {}


def test_deputy_acts_from_first_to_last_day_of_absence(client):
    agent, deputy = member(), member()
    with time_machine.travel("2026-11-24 09:00Z"):
        case = CaseFactory(assignee=agent)
        days = {"first_day": date(2026, 11, 25), "last_day": date(2026, 11, 26)}
        actions.plan_absence(actor=agent, team=TeamFactory(), user=agent, deputy=deputy, **days)
    found = []
    for moment in ("24 22:45Z", "24 23:15Z", "26 22:45Z", "26 23:15Z"):  # around midnight in the commune
        with time_machine.travel(f"2026-11-{moment}"):
            actions.send_message(actor=applicant(case), case=case, text="Bonjour ?")
            client.force_login(deputy)
            offered = "?view=instead" in client.get(reverse("cases:queue")).text
            told = Delivery.objects.for_subject(case.subject).latest("created_at").recipient
            found.append((told, offered))
    own, stands_in = (agent.email, False), (deputy.email, True)
    assert found == [own, stands_in, stands_in, own]


def test_absent_agent_may_take_case():
    case, agent = CaseFactory(), member()
    away(agent, member())
    actions.assign_case(actor=agent, case=case, agent=agent)
    assert Case.objects.get(pk=case.pk).assignee == agent


def test_absent_deputy_is_replaced_by_own_deputy():
    case, first, second, third = CaseFactory(), member(), member(), member()
    away(first, second)
    away(second, third)
    assert absences.acting_agent(first, case) == third
    away(third, first)
    assert absences.acting_agent(first, case) == first


def test_deputy_outside_team_or_absence_is_ignored():
    case, agent = CaseFactory(), member()
    away(agent, UserFactory())
    assert absences.acting_agent(agent, case) == agent
    other = member()
    away(other, member(), days=1)
    assert absences.acting_agent(other, case) == other


@pytest.fixture
def screen(client):
    """Function that posts an action of the team page, signed in as a member with the role to configure it."""
    CaseFactory()
    client.force_login(member(Role.CONFIGURE))
    return lambda do="", **data: client.post(reverse("cases:team_do", args=["habitants", do]), data)


def test_team_members_are_added_changed_and_removed(screen):
    colleague, case = AgentFactory(email="sophie@orvenay.example"), Case.objects.get()
    assert screen("role", email="Sophie@orvenay.example", role=Role.READ).status_code == 302
    assert screen("role", email="sophie@orvenay.example", role=Role.DECIDE).status_code == 302
    membership = TeamMember.objects.get(user=colleague)
    assert membership.role == Role.DECIDE
    actions.take_case(actor=colleague, case=case)
    assert screen("remove", member=membership.pk).status_code == 302
    case.refresh_from_db()
    assert case.assignee is None
    assert not TeamMember.objects.filter(user=colleague).exists()


@pytest.mark.parametrize(
    ("email", "role"),
    [("personne@orvenay.example", "20"), ("x", "20"), ("", ""), ("sophie@orvenay.example", "99")],
)
def test_team_refuses_non_staff_and_unknown_roles(screen, email, role):
    AgentFactory(email="sophie@orvenay.example")
    UserFactory(email="personne@orvenay.example")
    assert screen("role", email=email, role=role).status_code == 422
    assert TeamMember.objects.count() == 1


def test_member_cannot_change_own_role():
    agent = member(Role.CONFIGURE)
    with pytest.raises(IllegalTransition):
        actions.set_member_role(actor=agent, team=TeamFactory(), user=agent, role=Role.LEAD)
    with pytest.raises(IllegalTransition):
        actions.remove_member(actor=agent, team=TeamFactory(), user=agent)


def letters() -> list[str]:
    return sorted(
        Delivery.objects.filter(title__contains="Droits étendus").values_list("recipient", flat=True)
    )


def test_extended_role_notifies_leads_and_is_logged(screen):
    boss, lead, colleague = SuperuserFactory(), member(Role.LEAD), AgentFactory()
    actor = TeamMember.objects.get(role=Role.CONFIGURE).user
    member(Role.LEAD, team=TeamFactory(key="police"))
    for role in (Role.TREAT, Role.TREAT, Role.READ):  # an unchanged or a lower role notifies nobody
        screen("role", email=colleague.email, role=role)
    assert letters() == sorted([boss.email, lead.email, actor.email])
    log = ModelLogEntry.objects.get(action=WIDENED)
    assert (log.user, log.data["gained"]) == (actor, [f"{colleague}: traiter"])


def test_protected_access_is_granted_only_by_authorized_member(screen):
    colleague = AgentFactory()
    data = {"email": colleague.email, "role": Role.TREAT, "sees_protected": "yes"}
    screen("role", **data)
    assert not TeamMember.objects.get(user=colleague).sees_protected  # no such field: ignored
    configuring = TeamMember.objects.get(role=Role.CONFIGURE)
    with pytest.raises(IllegalTransition):
        actions.set_member_role(
            actor=configuring.user,
            team=TeamFactory(),
            user=colleague,
            role=Role.TREAT,
            sees_protected=True,
        )
    TeamMember.objects.filter(pk=configuring.pk).update(sees_protected=True)
    Delivery.objects.all().delete()
    screen("role", **data)
    assert TeamMember.objects.get(user=colleague).sees_protected
    assert letters() == [configuring.user.email]
    screen("role", email=colleague.email, role=Role.DECIDE)  # without the field
    assert TeamMember.objects.get(user=colleague).sees_protected
    screen("role", **(data | {"sees_protected": "no"}))
    assert not TeamMember.objects.get(user=colleague).sees_protected


def test_superuser_joins_team_alone_only_without_colleague():
    boss = SuperuserFactory()
    actions.set_member_role(
        actor=boss, team=TeamFactory(), user=boss, role=Role.TREAT
    )  # no other superuser exists
    SuperuserFactory()
    with pytest.raises(IllegalTransition):
        actions.set_member_role(
            actor=boss, team=TeamFactory(), user=boss, role=Role.CONFIGURE, sees_protected=True
        )


@pytest.mark.parametrize("data", ["memberships", "key"])
def test_team_settings_form_cannot_change_members_or_key(client, data):
    team, lead = TeamFactory(), member(Role.CONFIGURE, roles=["agents", "leads"])
    client.force_login(lead)
    forged = {
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": lead.pk,
        "memberships-0-role": Role.CONFIGURE,
        "memberships-0-sees_protected": "on",
        "key": "police" if data == "key" else team.key,
        "name": "Contrôle des habitants",
        "names-count": 0,
    }
    url = reverse("wagtailsnippets_eservices_cases_team:edit", args=[team.pk])
    assert client.post(url, forged).status_code == 302
    team.refresh_from_db()
    assert (team.key, team.name) == ("habitants", "Contrôle des habitants")
    assert not TeamMember.objects.get(user=lead).sees_protected


def test_members_record_own_absence_and_leads_any(client):
    CaseFactory()
    agent, colleague = member(Role.TREAT), member(Role.TREAT)
    today = timezone.localdate()
    days = {"first_day": today.isoformat(), "last_day": (today + timedelta(days=3)).isoformat()}
    url = reverse("cases:team_do", args=["habitants", "absence"])
    client.force_login(agent)
    assert client.post(url, days | {"user": colleague.pk}).status_code == 422
    assert client.post(url, days | {"user": agent.pk, "deputy": colleague.pk}).status_code == 302
    assert client.post(url, {"user": agent.pk, "first_day": "x", "last_day": ""}).status_code == 422
    page = client.get(reverse("cases:team", args=["habitants"])).text
    assert str(colleague) in page
    assert "aussi absent" not in page
    client.force_login(member(Role.LEAD))
    backwards = days | {"user": colleague.pk, "deputy": agent.pk, "last_day": "2026-01-09"}
    refused = client.post(url, backwards)  # the typed values stay in the open form
    assert refused.status_code == 409
    form = BeautifulSoup(refused.content, "html.parser").select_one("details#absence[open]")
    assert form.select_one("[name=last_day]")["value"] == "2026-01-09"
    assert "Le dernier jour précède le premier" in form.text
    noted = client.post(url, days | {"user": colleague.pk, "deputy": agent.pk}, follow=True)
    assert f"Mais {agent} est aussi absent·e" in noted.text
    first = f"{today.day}.{today:%m.%Y}"
    assert f"Mais {colleague} doit suppléer {agent}, absent·e du {first}" in noted.text
    back = reverse("cases:team_do", args=["habitants", "back"])
    client.force_login(colleague)
    assert client.post(back, {"absence": Absence.objects.get(user=agent).pk}).status_code == 404
    assert client.post(back, {"absence": Absence.objects.get(user=colleague).pk}).status_code == 302


def test_invalid_absence_is_refused():
    agent, today = member(), timezone.localdate()
    wrong = [
        {"first_day": today, "last_day": today - timedelta(days=1), "deputy": None},
        {"first_day": today - timedelta(days=9), "last_day": today - timedelta(days=1), "deputy": None},
        {"first_day": today, "last_day": today + timedelta(days=400), "deputy": None},
        {"first_day": today, "last_day": today, "deputy": agent},
        {"first_day": today, "last_day": today, "deputy": UserFactory()},
        {"first_day": today + timedelta(days=4), "last_day": today + timedelta(days=9), "deputy": None},
    ]
    away(agent, days=-5)
    for fields in wrong:
        with pytest.raises(IllegalTransition):
            actions.plan_absence(actor=agent, team=TeamFactory(), user=agent, **fields)


def test_case_page_shows_absent_agent_and_deputy(client):
    case, agent, deputy = CaseFactory(), member(), member(first_name="Sophie", last_name="Aubert")
    actions.take_case(actor=agent, case=case)
    away(agent, deputy)
    client.force_login(deputy)
    page = client.get(reverse("cases:case", args=[case.reference]))
    assert page.context["absence"].deputy == deputy


def test_new_team_key_follows_name_and_existing_key_stays(client):
    client.force_login(SuperuserFactory())
    for url, follows in (
        (reverse("wagtailsnippets_eservices_cases_team:add"), True),
        (reverse("wagtailsnippets_eservices_cases_team:edit", args=[TeamFactory().pk]), False),
    ):
        name = BeautifulSoup(client.get(url).content, "html.parser").select_one("[name=name]")
        assert name["data-w-sync-target-value"] == "#id_key"
        assert ("w-sync#apply" in name.get("data-action", "")) is follows


def test_superuser_without_teams_is_shown_how_to_add_one(client):
    client.force_login(SuperuserFactory())
    page = client.get(reverse("cases:teams")).content.decode()
    assert "Il n’y a encore aucune équipe" in page
    assert reverse("wagtailsnippets_eservices_cases_team:add") in page
    member()
    assert "encore aucune" not in client.get(reverse("cases:teams")).content.decode()
