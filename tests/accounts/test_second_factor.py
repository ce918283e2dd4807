"""Second factor of staff: what it protects, how it is set up, and how a lost one is replaced."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, PageViewRestriction

from eservices.accounts.actions import reset_second_factor
from eservices.accounts.roles import ensure_roles
from eservices.deliveries.models import Delivery
from eservices.space.checks import check_staff_second_factor
from tests.factories import home as make
from tests.factories.accounts import PASSWORD, AgentFactory, SuperuserFactory, UserFactory
from tests.factories.cases import member
from tests.support.authenticator import digits

pytestmark = pytest.mark.django_db
HOME = "/admin/"
SET_UP, SHOW_AGAIN = reverse("mfa_activate_totp"), reverse("mfa_reauthenticate")
KEY = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def insists(settings):
    settings.STAFF_SECOND_FACTOR = True


def with_factor(user):
    Authenticator.objects.create(user=user, type="totp", data={"secret": KEY})
    return user


def by_password(client, user):
    return client.post("/admin/login/", {"username": user.email, "password": PASSWORD}, follow=True)


def test_staff_without_second_factor_must_set_it_up_first(client, insists):
    client.force_login(agent := AgentFactory())
    assert client.get(HOME, follow=True).redirect_chain == [(SET_UP, 302)]
    page = client.get(SET_UP)
    assert "data:image/svg+xml" in page.text
    refused = client.post(SET_UP, {"code": "000000"})
    assert "ne convient pas" in refused.text
    assert client.get(HOME).status_code == 302

    spare = client.post(SET_UP, {"code": digits(refused.context["form"].secret)}, follow=True)

    assert len(spare.context["unused_codes"]) == 10
    assert client.get(HOME).status_code == 200
    assert Delivery.objects.get().recipient == agent.email


def test_password_alone_does_not_open_the_admin(client):
    agent = with_factor(AgentFactory())
    asked = by_password(client, agent)
    assert asked.redirect_chain[-1][0] == reverse("mfa_authenticate")
    assert client.get(HOME).status_code == 302

    answer = client.post(asked.request["PATH_INFO"], {"code": digits(KEY)})

    assert answer.url == HOME
    assert client.get(HOME).status_code == 200


def test_recovery_code_works_once(client):
    agent = with_factor(AgentFactory())
    Authenticator.objects.create(user=agent, type="recovery_codes", data={"seed": "0" * 40, "used_mask": 0})
    spare = agent.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for opens in (True, False):
        asked = by_password(client, agent)
        client.post(asked.request["PATH_INFO"], {"code": spare})
        assert (client.get(HOME).status_code == 200) is opens
        client.logout()


def test_new_recovery_codes_are_notified(client):
    """Otherwise a stranger at an open session could keep access unnoticed."""
    client.force_login(agent := with_factor(AgentFactory()))
    make_others = reverse("mfa_generate_recovery_codes")
    assert SHOW_AGAIN in client.post(make_others).url
    assert not Delivery.objects.exists()
    client.post(SHOW_AGAIN, {"code": digits(KEY)})

    client.post(make_others)

    letter = Delivery.objects.get()
    assert (letter.recipient, letter.title) == (agent.email, "Vous avez de nouveaux codes de secours")
    assert "Ce n’était pas vous" in letter.payload["text"]


def test_same_digits_work_once(client, time_machine):
    agent, read = with_factor(AgentFactory()), digits(KEY)
    for opens in (True, False, False):
        asked = by_password(client, agent)
        client.post(asked.request["PATH_INFO"], {"code": read})
        assert (client.get(HOME).status_code == 200) is opens
        client.logout()
        time_machine.move_to(timezone.now() + timedelta(seconds=0 if opens else 31))


def test_session_without_the_second_factor_has_no_rights(client, insists):
    """Neither in the admin nor outside it."""
    inspector = with_factor(UserFactory(roles=["inspectors", "agents"], is_staff=True))
    client.force_login(inspector)
    plates = reverse("documents:inspect")
    assert client.get(plates).status_code == 404
    shown = client.get(HOME, follow=True)
    assert shown.request["PATH_INFO"] == SHOW_AGAIN
    assert SHOW_AGAIN in client.get(reverse("space:home")).text

    answer = client.post(SHOW_AGAIN, {"code": digits(KEY), "next": HOME})

    assert answer.url == HOME
    assert client.get(HOME).status_code == client.get(plates).status_code == 200


def test_second_factor_does_not_concern_residents_or_sign_out(client, insists):
    client.force_login(UserFactory())
    assert SET_UP not in client.get(reverse("space:home")).text
    assert reverse("wagtailadmin_login") in client.get(HOME).url
    client.force_login(AgentFactory())
    assert SET_UP not in client.post(reverse("wagtailadmin_logout")).url


def test_removing_the_second_factor_requires_showing_it(client, insists):
    client.force_login(agent := with_factor(AgentFactory()))
    remove = reverse("mfa_deactivate_totp")
    assert SHOW_AGAIN in client.post(remove).url
    assert agent.authenticator_set.exists()
    client.post(SHOW_AGAIN, {"code": digits(KEY)})

    client.post(remove)

    assert not agent.authenticator_set.exists()
    assert client.get(HOME).url == SET_UP


@pytest.mark.parametrize("code", ["", "12345", "é", "1\x002345", "9" * 5000])
def test_invalid_digits_are_refused_with_an_error(client, code):
    asked = by_password(client, with_factor(AgentFactory()))
    answer = client.post(asked.request["PATH_INFO"], {"code": code})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert client.post(asked.request["PATH_INFO"], {}).status_code == 200, "nothing at all"


def test_guessing_digits_is_rate_limited(client):
    asked = by_password(client, with_factor(AgentFactory()))
    for _guess in range(10):
        client.post(asked.request["PATH_INFO"], {"code": "000000"})
    answer = client.post(asked.request["PATH_INFO"], {"code": digits(KEY)})
    assert answer.status_code == 200
    assert client.get(HOME).status_code == 302


def test_administrator_resets_a_lost_second_factor(client):
    client.force_login(SuperuserFactory())
    agent = with_factor(AgentFactory())
    url = reverse("wagtailusers_users:edit", args=[agent.pk])
    assert 'name="forget_second_factor"' in client.get(url).text
    UserFactory()
    listed = client.get(reverse("wagtailusers_users:index")).text
    assert listed.count("installé") == 1
    assert listed.count("pas encore") == 1, "the superuser; of the resident nothing is said"
    sent = {"email": agent.email, "first_name": "A", "last_name": "B", "is_active": "on"}
    client.post(url, sent)
    assert agent.authenticator_set.exists()

    client.post(url, sent | {"forget_second_factor": "on"})

    assert not agent.authenticator_set.exists()
    assert Delivery.objects.get().recipient == agent.email
    assert 'name="forget_second_factor"' not in client.get(url).text


def test_command_resets_the_second_factor_of_the_last_admin():
    boss = with_factor(SuperuserFactory())
    call_command("forget_second_factor", boss.email.upper())
    assert not boss.authenticator_set.exists()
    with pytest.raises(CommandError):
        call_command("forget_second_factor", "personne@courriel.example")


def test_check_warns_if_no_second_factor_is_required(settings):
    assert [one.id for one in check_staff_second_factor(None)] == ["space.W001"]
    settings.STAFF_SECOND_FACTOR = True
    assert check_staff_second_factor(None) == []


def test_reset_second_factor_invalidates_its_sessions(client, insists):
    client.force_login(agent := with_factor(AgentFactory()))
    client.post(SHOW_AGAIN, {"code": digits(KEY)})
    assert client.get(HOME).status_code == 200
    reset_second_factor(actor=SuperuserFactory(), user=agent)
    assert client.get(HOME).url == SET_UP


def test_second_factor_cannot_be_reset_by_its_owner(client):
    client.force_login(boss := with_factor(SuperuserFactory()))
    url = reverse("wagtailusers_users:edit", args=[boss.pk])
    sent = {"email": boss.email, "first_name": "A", "last_name": "B", "forget_second_factor": "on"}
    client.post(url, sent)
    assert boss.authenticator_set.exists()


def test_second_factor_of_a_resident_who_joins_staff_is_reset(client):
    client.force_login(SuperuserFactory())
    person = with_factor(UserFactory())
    group = ensure_roles()["agents"]
    sent = {
        "email": person.email,
        "first_name": "A",
        "last_name": "B",
        "is_active": "on",
        "groups": [group.pk],
    }
    client.post(reverse("wagtailusers_users:edit", args=[person.pk]), sent)
    assert not person.authenticator_set.exists()


def test_pages_restricted_to_groups_need_the_second_factor(client, insists):
    page = make.ContentPageFactory(parent=make.make_site(), title="Intranet")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    agent = with_factor(AgentFactory())
    restriction.groups.set(agent.groups.all())
    client.force_login(agent)
    assert SHOW_AGAIN in client.get(page.url).url
    client.post(SHOW_AGAIN, {"code": digits(KEY)})
    assert "Intranet" in client.get(page.url).text


def test_exports_are_logged_with_a_second_factor(client, insists):
    """The check of the factor wraps ``request.user`` in a SimpleLazyObject, and Wagtail's log looks at its type."""
    client.force_login(agent := with_factor(member()))
    client.post(SHOW_AGAIN, {"code": digits(KEY)})
    client.get(reverse("cases:export", args=["csv"]))
    assert ModelLogEntry.objects.filter(action="cases.export", user=agent).exists()


def test_resident_cannot_set_up_a_second_factor(client):
    client.force_login(UserFactory())
    assert client.get(SET_UP).status_code == 404


@pytest.mark.parametrize("name", ["activate_totp", "add_webauthn", "generate_recovery_codes"])
def test_anonymous_visitor_stores_nothing_in_a_session(client, name):
    answer = client.post(reverse(f"mfa_{name}"), {"name": "a" * 1_000_000})
    assert reverse("account_login") in answer.url
    assert not Session.objects.exists()


def test_staff_session_ends_with_the_browser(client):
    client.force_login(UserFactory())
    by_password(client, AgentFactory())
    assert client.session.get_expire_at_browser_close()
