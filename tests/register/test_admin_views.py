"""Admin views of the population register: its health, waiting checks, teams without access to protected people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eservices.cases.models import TeamMember
from eservices.deliveries import circuit_breaker
from eservices.register.models import RegisterCheck
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.cases import member
from tests.factories.register import TOKEN, check_of, checked_case, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings):
    with serving() as found:
        settings.REGISTER = "http"
        settings.REGISTER_HTTP = settings.REGISTER_HTTP | {"URL": found.url, "TOKEN": TOKEN}
        yield found


def test_agents_see_the_health_of_the_register_and_can_probe_it(client, server):
    url = reverse("register:health")
    client.force_login(member())
    assert "pas encore été interrogé" in client.get(url).content.decode()
    assert "répond" in client.post(url, follow=True).content.decode()
    server.reply = (500, b"")
    assert "It answered 500." in client.post(url, follow=True).content.decode()
    for _attempt in range(4):
        client.post(url)
    html = client.get(url).content.decode()
    assert "laissé en paix" in html
    checked_case(asked=True)
    assert client.get(url).context["waiting"] == {"asked": 1, "left": 0}


def test_probe_ignores_the_open_circuit_and_wakes_waiting_checks(client, server):
    server.reply = (500, b"")
    check = check_of(checked_case(asked=True))
    for _failure in range(circuit_breaker.FAILURES):
        circuit_breaker.record_failure("register", "It answered 500.", timezone.now())
    RegisterCheck.objects.filter(pk=check.pk).update(due_at=timezone.now() + timedelta(hours=1))
    client.force_login(SuperuserFactory())
    url = reverse("deliveries_board:probe", args=["register"])

    assert "It answered 500." in client.post(url, follow=True).text
    assert not RegisterCheck.objects.due(timezone.now()).exists()
    server.reply = None
    assert "It answered 500." not in client.post(url, follow=True).text
    assert list(RegisterCheck.objects.due(timezone.now())) == [check]


def test_teams_without_access_to_protected_people_are_named(client):
    client.force_login(member())
    url = reverse("register:health")
    page = client.get(url)
    assert [str(team) for team in page.context["blind_teams"]] == ["Habitants"]
    link = f'href="{reverse("cases:team", args=["habitants"])}"'
    assert link not in page.text
    client.force_login(SuperuserFactory())
    assert link in client.get(url).text
    TeamMember.objects.update(sees_protected=True)
    assert not client.get(url).context["blind_teams"]


@pytest.mark.parametrize("who", [UserFactory, lambda: UserFactory(is_staff=True, roles=["moderators"])])
def test_register_health_is_hidden_from_others(client, who):
    client.force_login(who())
    assert client.get(reverse("register:health")).status_code in (302, 404)
    assert client.post(reverse("register:health")).status_code in (302, 404)
