"""Staff sign in with two factors: what opens the admin, what does not, and who lost the telephone."""

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


def test_who_has_none_sets_one_up_before_the_admin_opens(client, insists):
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


def test_a_password_alone_opens_nothing(client):
    agent = with_factor(AgentFactory())
    asked = by_password(client, agent)
    assert asked.redirect_chain[-1][0] == reverse("mfa_authenticate")
    assert client.get(HOME).status_code == 302

    answer = client.post(asked.request["PATH_INFO"], {"code": digits(KEY)})

    assert answer.url == HOME
    assert client.get(HOME).status_code == 200


def test_a_spare_code_opens_once(client):
    agent = with_factor(AgentFactory())
    Authenticator.objects.create(user=agent, type="recovery_codes", data={"seed": "0" * 40, "used_mask": 0})
    spare = agent.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for opens in (True, False):
        asked = by_password(client, agent)
        client.post(asked.request["PATH_INFO"], {"code": spare})
        assert (client.get(HOME).status_code == 200) is opens
        client.logout()


def test_who_makes_other_spare_codes_is_told(client):
    """Whoever sat at an open session would keep a way in."""
    client.force_login(agent := with_factor(AgentFactory()))
    make_others = reverse("mfa_generate_recovery_codes")
    assert SHOW_AGAIN in client.post(make_others).url
    assert not Delivery.objects.exists()
    client.post(SHOW_AGAIN, {"code": digits(KEY)})

    client.post(make_others)

    letter = Delivery.objects.get()
    assert (letter.recipient, letter.title) == (agent.email, "Vous avez de nouveaux codes de secours")
    assert "Ce n’était pas vous" in letter.payload["text"]


def test_the_same_digits_open_once(client, time_machine):
    agent, read = with_factor(AgentFactory()), digits(KEY)
    for opens in (True, False, False):
        asked = by_password(client, agent)
        client.post(asked.request["PATH_INFO"], {"code": read})
        assert (client.get(HOME).status_code == 200) is opens
        client.logout()
        time_machine.move_to(timezone.now() + timedelta(seconds=0 if opens else 31))


def test_a_session_that_did_not_show_it_has_no_right(client, insists):
    """Not in the admin, and not outside of it either."""
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


def test_residents_and_who_signs_out_notice_nothing(client, insists):
    client.force_login(UserFactory())
    assert SET_UP not in client.get(reverse("space:home")).text
    assert reverse("wagtailadmin_login") in client.get(HOME).url
    client.force_login(AgentFactory())
    assert SET_UP not in client.post(reverse("wagtailadmin_logout")).url


def test_who_removes_it_shows_it_first_and_is_asked_for_another(client, insists):
    client.force_login(agent := with_factor(AgentFactory()))
    remove = reverse("mfa_deactivate_totp")
    assert SHOW_AGAIN in client.post(remove).url
    assert agent.authenticator_set.exists()
    client.post(SHOW_AGAIN, {"code": digits(KEY)})

    client.post(remove)

    assert not agent.authenticator_set.exists()
    assert client.get(HOME).url == SET_UP


@pytest.mark.parametrize("code", ["", "12345", "é", "1\x002345", "9" * 5000])
def test_bad_input_is_told(client, code):
    asked = by_password(client, with_factor(AgentFactory()))
    answer = client.post(asked.request["PATH_INFO"], {"code": code})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert client.post(asked.request["PATH_INFO"], {}).status_code == 200, "nothing at all"


def test_who_guesses_waits(client):
    asked = by_password(client, with_factor(AgentFactory()))
    for _guess in range(10):
        client.post(asked.request["PATH_INFO"], {"code": "000000"})
    answer = client.post(asked.request["PATH_INFO"], {"code": digits(KEY)})
    assert answer.status_code == 200
    assert client.get(HOME).status_code == 302


def test_who_lost_the_telephone_is_let_start_afresh_and_told(client):
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


def test_the_last_administrator_is_helped_at_the_command_line():
    boss = with_factor(SuperuserFactory())
    call_command("forget_second_factor", boss.email.upper())
    assert not boss.authenticator_set.exists()
    with pytest.raises(CommandError):
        call_command("forget_second_factor", "personne@courriel.example")


def test_a_commune_that_insists_on_none_is_warned(settings):
    assert [one.id for one in check_staff_second_factor(None)] == ["space.W001"]
    settings.STAFF_SECOND_FACTOR = True
    assert check_staff_second_factor(None) == []


def test_what_was_shown_counts_as_long_as_the_person_has_it(client, insists):
    client.force_login(agent := with_factor(AgentFactory()))
    client.post(SHOW_AGAIN, {"code": digits(KEY)})
    assert client.get(HOME).status_code == 200
    reset_second_factor(actor=SuperuserFactory(), user=agent)
    assert client.get(HOME).url == SET_UP


def test_whoever_sits_in_front_of_an_open_session_does_not_forget_its_factor(client):
    client.force_login(boss := with_factor(SuperuserFactory()))
    url = reverse("wagtailusers_users:edit", args=[boss.pk])
    sent = {"email": boss.email, "first_name": "A", "last_name": "B", "forget_second_factor": "on"}
    client.post(url, sent)
    assert boss.authenticator_set.exists()


def test_what_a_resident_set_up_is_forgotten_when_they_come_to_work_here(client):
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


def test_pages_for_groups_wait_for_it_too(client, insists):
    page = make.ContentPageFactory(parent=make.make_site(), title="Intranet")
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    agent = with_factor(AgentFactory())
    restriction.groups.set(agent.groups.all())
    client.force_login(agent)
    assert SHOW_AGAIN in client.get(page.url).url
    client.post(SHOW_AGAIN, {"code": digits(KEY)})
    assert "Intranet" in client.get(page.url).text


def test_what_agents_take_away_is_on_record_where_the_factor_is_asked(client, insists):
    """Wagtail's log looks at what kind of thing the person of a request is."""
    client.force_login(agent := with_factor(member()))
    client.post(SHOW_AGAIN, {"code": digits(KEY)})
    client.get(reverse("cases:export", args=["csv"]))
    assert ModelLogEntry.objects.filter(action="cases.export", user=agent).exists()


def test_residents_are_asked_for_nothing_that_could_shut_them_out(client):
    client.force_login(UserFactory())
    assert client.get(SET_UP).status_code == 404


@pytest.mark.parametrize("name", ["activate_totp", "add_webauthn", "generate_recovery_codes"])
def test_nothing_is_kept_of_who_is_not_signed_in(client, name):
    answer = client.post(reverse(f"mfa_{name}"), {"name": "a" * 1_000_000})
    assert reverse("account_login") in answer.url
    assert not Session.objects.exists()


def test_a_session_ends_with_the_browser_whoever_sat_there_before(client):
    client.force_login(UserFactory())
    by_password(client, AgentFactory())
    assert client.session.get_expire_at_browser_close()
