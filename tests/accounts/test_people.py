"""Users: one person per e-mail address, in any spelling."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import checks
from django.db import IntegrityError, transaction
from django.utils import timezone

from eservices.accounts.models import IdentityLevel, User
from eservices.accounts.roles import ROLES, ensure_roles
from eservices.space.jobs import delete_unopened_accounts
from tests.factories.accounts import AgentFactory, EditorFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["Elodie@Courriel.example", " elodie@courriel.EXAMPLE "])
def test_address_is_stored_in_lower_case(typed):
    assert UserFactory(email=typed).email == "elodie@courriel.example"


def test_address_is_unique_in_any_letter_case():
    UserFactory(email="elodie@courriel.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="ELODIE@courriel.example").save()
    assert User.objects.count() == 1


def test_user_is_found_by_the_address_in_any_letter_case():
    person = UserFactory(email="elodie@courriel.example")
    assert User.objects.get_by_natural_key("Elodie@Courriel.Example") == person


def test_user_model_passes_the_system_checks():
    assert [message for message in checks.run_checks() if message.id == "auth.W004"] == []


@pytest.mark.parametrize(
    ("first", "last", "initials"),
    [("Nadia", "Favre", "NF"), ("Jean-Luc", "Petit", "JL"), ("", "", "E")],
)
def test_user_has_initials(first, last, initials):
    assert User(email="elodie@courriel.example", first_name=first, last_name=last).initials == initials


def test_roles_are_created_once_and_keep_manual_changes(django_assert_max_num_queries):
    groups = ensure_roles()
    assert set(groups) == set(ROLES)
    extra = groups["agents"].permissions.model.objects.filter(codename="add_user").first()
    groups["agents"].permissions.add(extra)
    assert ensure_roles()["agents"].pk == groups["agents"].pk
    assert groups["agents"].permissions.filter(pk=extra.pk).exists()


def test_staff_enter_the_admin_and_residents_do_not(client):
    for person in (AgentFactory(), EditorFactory()):
        client.force_login(person)
        assert client.get("/admin/").status_code == 200
    client.force_login(UserFactory())
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("of_whom", ["a group", "the person"])
def test_right_applies_from_the_next_request_while_active(of_whom):
    right = Permission.objects.get(codename="add_user")
    person, group = UserFactory(), Group.objects.create(name="people")
    person.groups.add(group)
    assert not person.has_perm("eservices_accounts.add_user")
    (group.permissions if of_whom == "a group" else person.user_permissions).add(right)
    person = User.objects.get(pk=person.pk)
    assert person.has_perm("eservices_accounts.add_user")
    assert not person.has_perm("eservices_accounts.delete_user")
    assert not person.has_perm("eservices_accounts.add_user", person)  # never for an object
    person.is_active = False
    assert not person.has_perm("eservices_accounts.add_user")


def test_superuser_has_all_rights_while_active():
    assert User(is_superuser=True).has_perm("eservices_accounts.add_user")
    assert not User(is_superuser=True, is_active=False).has_perm("eservices_accounts.add_user")


def test_unopened_account_is_deleted_after_a_day():
    old = timezone.now() - timedelta(days=2)
    stranger = UserFactory(identity_level=IdentityLevel.NONE, date_joined=old)
    fresh = UserFactory(identity_level=IdentityLevel.NONE)
    proven = UserFactory(date_joined=old)
    staff = AgentFactory(identity_level=IdentityLevel.NONE, date_joined=old)
    delete_unopened_accounts(timezone.now())
    assert set(User.objects.all()) == {fresh, proven, staff}
    assert not User.objects.filter(pk=stranger.pk).exists()
