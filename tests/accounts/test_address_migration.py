"""Old addresses are brought into their normal form, and no row is lost."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import CharField, F
from django.db.models.functions import Cast

from eservices.accounts.address_migration import store_normal_forms
from eservices.accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def stored_raw(user: User, address: str) -> User:
    """Write an address as it was stored before addresses had a normal form."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE eservices_accounts_user SET email = %s WHERE id = %s", [address, user.pk])
    return user


def addresses() -> dict[int, str]:
    return dict(User.objects.annotate(raw=Cast(F("email"), CharField())).values_list("pk", "raw"))


def test_old_addresses_get_their_normal_form():
    user = stored_raw(UserFactory(), "X@Café.example")
    store_normal_forms(User.objects.all())
    assert addresses() == {user.pk: "x@xn--caf-dma.example"}


def test_rows_that_collide_are_kept_and_named_in_the_log(caplog):
    caplog.set_level("WARNING")
    first = stored_raw(UserFactory(), "x@xn--caf-dma.example")
    second = stored_raw(UserFactory(), "x@café.example")
    store_normal_forms(User.objects.all())
    assert addresses() == {first.pk: "x@xn--caf-dma.example", second.pk: "x@café.example"}
    assert [one.getMessage() for one in caplog.records] == [
        f"eservices_accounts.User {second.pk}: another row has the same email; both stay as they are"
    ]


def test_address_without_normal_form_stays_and_is_named_without_itself(caplog):
    caplog.set_level("WARNING")
    user = stored_raw(UserFactory(), "josé@courriel.example")
    store_normal_forms(User.objects.all())
    assert addresses() == {user.pk: "josé@courriel.example"}
    assert f"User {user.pk}" in caplog.text
    assert "josé" not in caplog.text


def test_operator_lists_addresses_that_cannot_be_used(capsys):
    UserFactory()
    user = stored_raw(UserFactory(), "josé@courriel.example")
    call_command("list_unusable_addresses")
    assert capsys.readouterr().out == f"eservices_accounts.User {user.pk}: email josé@courriel.example\n"
