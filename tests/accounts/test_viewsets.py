"""Wagtail's user and group views with a user model that has no user name."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from eservices.accounts.models import User
from eservices.accounts.roles import ensure_roles
from eservices.deliveries.models import Delivery
from tests.factories.accounts import PASSWORD, AgentFactory, SuperuserFactory, UserFactory

pytestmark = pytest.mark.django_db
NADIA = {"email": "Nadia.Favre@Orvenay.example", "first_name": "Nadia", "last_name": "Favre"}


@pytest.fixture
def boss(client):
    client.force_login(SuperuserFactory())
    return client


def test_staff_are_added_without_a_password(boss):
    group = ensure_roles()["agents"]
    page = boss.post(reverse("wagtailusers_users:add"), NADIA | {"groups": [group.pk]})
    assert page.status_code == 302, page.context["form"].errors
    nadia = User.objects.get(email="nadia.favre@orvenay.example")
    assert list(nadia.groups.all()) == [group]
    assert not nadia.has_usable_password()
    letter = Delivery.objects.get(recipient=nadia.email).payload["text"]
    assert "/admin/" in letter
    assert "traitent les demandes de leurs équipes" in letter


def test_user_form_describes_each_group(boss):
    person, _groups, own = AgentFactory(), ensure_roles(), Group.objects.create(name="Musée")
    for url in (reverse("wagtailusers_users:add"), reverse("wagtailusers_users:edit", args=[person.pk])):
        page = boss.get(url).text
        assert "traitent les demandes de leurs équipes" in page
        assert own.name in page
        assert "archivists" not in page
        assert 'role="tab"' not in page


def test_address_in_other_letter_case_is_refused_at_its_field(boss):
    UserFactory(email="nadia.favre@orvenay.example")
    page = boss.post(reverse("wagtailusers_users:add"), NADIA)
    assert page.status_code == 200
    assert "email" in page.context["form"].errors


def test_user_list_shows_groups_and_is_searchable(boss):
    AgentFactory(first_name="Nadia", last_name="Favre", roles=["leads", "editors"])
    page = boss.get(reverse("wagtailusers_users:index"))
    assert "Favre" in page.text
    assert "Responsables d’équipe, Rédaction" in page.text
    assert ">Administrateur<" in "".join(page.text.split())  # the signed-in user
    assert "Rédaction" in dict(page.context["filters"].form.fields["group"].choices).values()
    assert "Favre" in boss.get(reverse("wagtailusers_users:index"), {"q": "Nadia"}).text


@pytest.mark.parametrize("typed", ["Nadia Favre", "favre nadia", "Nadia orvenay.example", " Nadia  Favre "])
def test_users_are_found_by_all_words_of_their_name(boss, typed):
    AgentFactory(first_name="Nadia", last_name="Favre", email="nadia.favre@orvenay.example")
    AgentFactory(first_name="Nadia", last_name="Monnier", email="monnier@courriel.example")
    page = boss.get(reverse("wagtailusers_users:index"), {"q": typed})
    assert [str(one) for one in page.context["users"]] == ["Nadia Favre"]


def test_group_of_the_project_has_a_label_and_keeps_its_name(boss):
    group, own = ensure_roles()["editors"], Group.objects.create(name="Musée")
    shown = boss.get(reverse("wagtailusers_groups:index")).text
    assert "Rédaction" in shown
    assert ">editors<" not in "".join(shown.split())
    for one in (group, own):
        url = reverse("wagtailusers_groups:edit", args=[one.pk])
        parts = [panel.prefix for panel in boss.get(url).context["permission_panels"]]
        none = {f"{part}-{which}_FORMS": 0 for part in parts for which in ("TOTAL", "INITIAL")}
        assert boss.post(url, none | {"name": "Patrimoine"}).status_code == 302
        one.refresh_from_db()
    assert (group.name, own.name) == ("editors", "Patrimoine")


def test_user_is_edited(boss):
    person = AgentFactory()
    url = reverse("wagtailusers_users:edit", args=[person.pk])
    assert boss.get(url).status_code == 200
    page = boss.post(url, NADIA | {"is_active": "on"})
    assert page.status_code == 302, page.context["form"].errors
    person.refresh_from_db()
    assert person.email == "nadia.favre@orvenay.example"
    assert person.has_usable_password(), "a password that was there stays where none is typed"


def test_resident_who_joins_staff_is_notified_once(boss):
    person, group = UserFactory(email="nadia.favre@orvenay.example"), ensure_roles()["editors"]
    url = reverse("wagtailusers_users:edit", args=[person.pk])
    boss.post(url, NADIA | {"is_active": "on"})
    assert not Delivery.objects.exists(), "who may do nothing is told nothing"
    for _time in range(2):
        boss.post(url, NADIA | {"is_active": "on", "groups": [group.pk]})
    assert Delivery.objects.filter(recipient="nadia.favre@orvenay.example").count() == 1


def test_agent_does_not_see_the_user_views(client):
    client.force_login(AgentFactory())
    assert client.get(reverse("wagtailusers_users:index")).status_code == 302


def test_staff_cannot_change_their_own_address(client):
    """An address gives access to the cases that were submitted with it."""
    agent = UserFactory(is_staff=True, roles=["agents"], email="agent@orvenay.example")
    client.force_login(agent)

    client.post(
        "/admin/account/", {"name_email-email": "resident@courriel.example", "name_email-first_name": "A"}
    )

    agent.refresh_from_db()
    assert agent.email == "agent@orvenay.example"


# -- Changed address or password: the person is notified -----------------------------------------------------
def logged(person) -> list[tuple]:
    found = ModelLogEntry.objects.for_instance(person).filter(action__startswith="accounts.")
    return [(one.action, one.user.email, one.label) for one in found.order_by("timestamp")]


def test_changed_address_is_notified_to_both_addresses(boss):
    person = AgentFactory(email="avant@orvenay.example")
    user = User.objects.get(is_superuser=True)
    boss.post(reverse("wagtailusers_users:edit", args=[person.pk]), NADIA | {"is_active": "on"})
    letters = dict(Delivery.objects.values_list("recipient", "title"))
    title = "L’adresse e-mail de votre compte a changé"
    assert letters == {"avant@orvenay.example": title, "nadia.favre@orvenay.example": title}
    assert logged(person) == [("accounts.change_address", user.email, f"#{person.pk}")]

    Client().post(reverse("account_login"), {"email": "avant@orvenay.example"})
    assert Delivery.objects.filter(recipient="nadia.favre@orvenay.example").count() == 1
    code = Delivery.objects.latest("created_at")
    assert code.recipient == "avant@orvenay.example"
    assert User.objects.filter(email=code.recipient).exclude(pk=person.pk).exists(), "an account of its own"


def test_changed_password_is_notified_and_logged(boss):
    person = AgentFactory(email="nadia.favre@orvenay.example")
    words = {"password1": PASSWORD[::-1], "password2": PASSWORD[::-1], "is_active": "on"}
    boss.post(reverse("wagtailusers_users:edit", args=[person.pk]), NADIA | words)
    assert Delivery.objects.get(recipient=person.email).title == "Le mot de passe de votre compte a changé"
    assert [one[0] for one in logged(person)] == ["accounts.change_password"]


def test_rehashed_password_is_not_notified(settings):
    person = UserFactory(password=PASSWORD)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    before = person.password
    assert person.check_password(PASSWORD)
    person.refresh_from_db()
    assert person.password != before
    assert not Delivery.objects.exists()
