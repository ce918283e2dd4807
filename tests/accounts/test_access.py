"""Granting of rights: by administrators, to other people, with a notification to every administrator."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import GroupApprovalTask, ModelLogEntry

from eservices.accounts.access import WIDENED
from eservices.accounts.models import User
from eservices.accounts.roles import ensure_roles
from eservices.cases.models import Role
from eservices.deliveries.models import Delivery
from tests.factories.accounts import AgentFactory, SuperuserFactory, UserFactory
from tests.factories.cases import TeamFactory, member

pytestmark = pytest.mark.django_db

BULK = ("eservices_accounts", "user")


@pytest.fixture
def boss(client):
    boss = SuperuserFactory(email="greffe@orvenay.example")
    client.force_login(boss)
    return boss


def notified_addresses() -> list[str]:
    """Return the recipients of notifications of more rights, sorted."""
    letters = Delivery.objects.filter(title__contains="Droits étendus")
    return sorted(letters.values_list("recipient", flat=True))


def gained() -> list[str]:
    """Return the rights that the log lists as added, latest first."""
    return [
        words
        for one in ModelLogEntry.objects.filter(action=WIDENED).order_by("-timestamp", "-pk")
        for words in one.data["gained"]
    ]


def person(**fields) -> dict:
    return {"email": "x@orvenay.example", "first_name": "X", "last_name": "Y", "is_active": "on"} | fields


def bulk(client, action: str, *people: User, **data):
    ids = [one.pk for one in people]
    return client.post(reverse("wagtail_bulk_action", args=[*BULK, action], query={"id": ids}), data)


def test_group_given_to_a_person_notifies_admins_and_team_leads(client, boss):
    agent, other = member(Role.TREAT), SuperuserFactory(email="syndic@orvenay.example")
    lead = member(Role.LEAD)
    member(Role.LEAD, team=TeamFactory(key="police"))
    group = ensure_roles()["moderators"]
    data = person(email=agent.email, groups=[*agent.groups.values_list("pk", flat=True), group.pk])
    for _time in range(2):  # rights granted before are not notified again
        client.post(reverse("wagtailusers_users:edit", args=[agent.pk]), data)
    assert notified_addresses() == sorted([boss.email, other.email, lead.email])
    assert gained() == ["Modération"]
    text = Delivery.objects.get(recipient=lead.email).payload["text"]
    assert "Modération" in text
    assert str(boss) in text


@pytest.mark.parametrize(
    ("action", "data", "said"),
    [
        ("assign_role", {"role": "moderators"}, "Modération"),
        ("set_active_state", {"mark_as_active": "True"}, "Agents"),
    ],
    ids=["role", "active"],
)
def test_bulk_action_notifies_for_each_person_who_gains_rights(client, boss, action, data, said):
    """A closed account gains nothing with a group; when an account is opened again, it gains all its groups."""
    agent, gone = AgentFactory(), AgentFactory(is_active=False)
    if "role" in data:
        data = {"role": ensure_roles()[data["role"]].pk}
    bulk(client, action, agent, gone, **data)
    assert len(notified_addresses()) == 1
    assert gained() == [said]


def test_resident_made_staff_by_a_bulk_action_is_informed(client, boss):
    resident = UserFactory()
    bulk(client, "assign_role", resident, role=ensure_roles()["agents"].pk)
    assert "/admin/" in Delivery.objects.get(recipient=resident.email).payload["text"]


def test_permission_given_to_a_group_notifies_administrators(client, boss):
    group = Group.objects.create(name="Musée")
    url = reverse("wagtailusers_groups:edit", args=[group.pk])
    panels = [panel.prefix for panel in client.get(url).context["permission_panels"]]
    none = {f"{one}-{which}_FORMS": 0 for one in panels for which in ("TOTAL", "INITIAL")}
    permission = Permission.objects.get(codename="add_alert")
    client.post(url, none | {"name": "Musée", "permissions": [permission.pk]})
    assert notified_addresses() == [boss.email]
    assert gained() == [permission.name]


def test_administrator_cannot_change_own_groups(client, boss):
    SuperuserFactory()
    group = ensure_roles()["cashiers"]
    page = client.get(reverse("wagtailusers_users:edit", args=[boss.pk]))
    assert page.context["form"].fields["groups"].disabled
    data = person(email=boss.email, groups=[group.pk], is_superuser="on")
    client.post(reverse("wagtailusers_users:edit", args=[boss.pk]), data)
    bulk(client, "assign_role", boss, role=group.pk)
    assert not boss.groups.exists()
    assert notified_addresses() == []


def test_only_administrator_may_join_a_group(client, boss):
    data = person(email=boss.email, groups=[ensure_roles()["editors"].pk])
    client.post(reverse("wagtailusers_users:edit", args=[boss.pk]), data)
    assert boss.groups.get().name == "editors"
    assert notified_addresses() == [boss.email]


def test_no_group_permission_gives_access_to_people_and_groups(client):
    """A user who may edit an account could set its e-mail address, and so gain all its rights."""
    somebody = AgentFactory(roles=["agents", "moderators", "leads"])
    models = ["user", "group", "permission"]
    somebody.user_permissions.set(Permission.objects.filter(content_type__model__in=models))
    client.force_login(somebody)
    boss, home = SuperuserFactory(), reverse("wagtailadmin_home")
    group = ensure_roles()["editors"]
    for name in ("users", "groups"):
        for url in (
            reverse(f"wagtailusers_{name}:index"),
            reverse(f"wagtailusers_{name}:add"),
            reverse(f"wagtailusers_{name}:edit", args=[(boss if name == "users" else group).pk]),
            reverse(f"wagtailusers_{name}:delete", args=[(boss if name == "users" else group).pk]),
        ):
            for ask in (client.get, client.post):
                assert ask(url).url == home, url
    for action in ("assign_role", "delete", "set_active_state"):
        data = {"role": group.pk, "mark_as_active": "False"}
        assert bulk(client, action, somebody, boss, **data).url == home
    assert group not in somebody.groups.all()
    assert User.objects.filter(pk=boss.pk, is_active=True).exists()


def test_rights_granted_by_a_command_are_logged_without_actor():
    from eservices.accounts.access import widening_of

    person, boss = UserFactory(), SuperuserFactory()
    with widening_of(person):
        person.groups.set([ensure_roles()["editors"]])
    assert notified_addresses() == [boss.email]
    assert ModelLogEntry.objects.get(action=WIDENED).user is None


def test_group_that_approves_pages_notifies_administrators(client, boss):
    task = GroupApprovalTask.objects.create(name="Relecture")
    group = ensure_roles()["leads"]
    url = reverse("wagtailadmin_workflows:edit_task", args=[task.pk])
    client.post(url, {"name": "Relecture", "groups": [group.pk]})
    assert notified_addresses() == [boss.email]
    assert gained() == ["approuve des pages à l’étape «\u00a0Relecture\u00a0»"]
