"""The operator's command ``user``: people who work here."""

from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from eservices.accounts.models import SignIn, User
from eservices.accounts.roles import AGENTS, ensure_roles

pytestmark = pytest.mark.django_db


def run(*arguments) -> str:
    out = StringIO()
    call_command("user", *arguments, stdout=out)
    return out.getvalue()


def test_user_added_to_a_group_gets_its_rights_and_a_letter(mailoutbox, django_capture_on_commit_callbacks):
    ensure_roles()
    with django_capture_on_commit_callbacks(execute=True):
        run("add", "Marie@Orvenay.example", "--first-name", "Marie", "--group", AGENTS)
    user = User.objects.get(email="marie@orvenay.example")
    assert (user.first_name, user.is_superuser, user.has_usable_password()) == ("Marie", False, False)
    assert user.has_perm("wagtailadmin.access_admin")
    assert run("list") == "marie@orvenay.example: agents (no second factor)\n"


def test_user_added_again_keeps_name_and_rights():
    ensure_roles()
    run("add", "marie@orvenay.example", "--first-name", "Marie", "--administrator")
    run("add", "marie@orvenay.example", "--group", AGENTS)
    user = User.objects.get()
    assert (user.first_name, user.is_superuser, list(user.groups.all())) == (
        "Marie",
        True,
        [Group.objects.get(name=AGENTS)],
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-address", "--administrator"], "is no e-mail address"),
        (["marie@orvenay.example"], "Name at least one"),
        (["marie@orvenay.example", "--group", "kings"], "There is no group kings. There are: .*agents"),
    ],
    ids=["address", "no right", "group"],
)
def test_user_without_address_or_right_is_refused(arguments, said):
    ensure_roles()
    with pytest.raises(CommandError, match=said):
        run("add", *arguments)
    assert not User.objects.exists()


def test_closed_user_has_no_rights_and_can_be_added_again():
    ensure_roles()
    for email in ("marie@orvenay.example", "paul@orvenay.example"):
        run("add", email, "--administrator")
    run("close", "MARIE@orvenay.example")
    user = User.objects.get(email="marie@orvenay.example")
    assert (user.is_active, user.sign_ins.get().kind) == (False, SignIn.Kind.ENDED)
    assert "marie@orvenay.example: administrator (closed)" in run("list")
    run("add", "marie@orvenay.example", "--group", AGENTS)
    assert User.objects.get(pk=user.pk).is_active


def test_only_administrator_and_unknown_address_are_not_closed():
    run("add", "marie@orvenay.example", "--administrator")
    with pytest.raises(CommandError, match="only administrator"):
        run("close", "marie@orvenay.example")
    with pytest.raises(CommandError, match="Nobody has the address"):
        run("close", "paul@orvenay.example")
    assert User.objects.get().is_active
