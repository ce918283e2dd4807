"""Screens of connected systems: who may configure them, what is refused, and that secrets stay hidden."""

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from eservices.connectors.transmissions.models import ConnectedSystem, Transmission
from tests.factories.accounts import UserFactory
from tests.factories.cases import member
from tests.factories.transmissions import ConnectedSystemFactory, transmitted_case

pytestmark = pytest.mark.django_db
NEW = {
    "name": "Chiens",
    "key": "chiens",
    "kind": "http",
    "rhythm": "at_once",
    "hour": 18,
    "answers_within": 3,
    "is_enabled": "on",
    "url": "https://metier.example/api",
    "answers": "now",
    "token": "s3cret",
}


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    return client


def test_connected_system_never_shows_its_secret(admin):
    response = admin.post(reverse("connected_systems:add"), NEW)
    assert response.status_code == 302, response.context["form"].errors
    system = ConnectedSystem.objects.get()
    assert system.configuration == {"url": NEW["url"], "answers": "now", "token": "s3cret"}

    edit = reverse("connected_systems:edit", args=[system.pk])
    assert "s3cret" not in admin.get(edit).content.decode()
    assert admin.post(edit, NEW | {"token": "", "name": "Registre"}).status_code == 302
    system.refresh_from_db()
    assert (system.name, system.configuration["token"]) == ("Registre", "s3cret")
    assert ModelLogEntry.objects.filter(action="transmissions.system").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://metier.example"},
        {"url": ""},
        {"token": ""},
        {"kind": "folder"},
        {"kind": "sftp"},
        {"kind": "nothing"},
        {"layout": "{"},
        {"layout": "[]"},
        {"hour": 24},
        {"key": "à é"},
    ],
)
def test_connection_that_cannot_work_is_refused(admin, change):
    response = admin.post(reverse("connected_systems:add"), NEW | change)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not ConnectedSystem.objects.exists()


def test_connection_is_tested_without_sending(admin, double):
    system = ConnectedSystemFactory()
    test = reverse("connected_system_test", args=[system.pk])
    edit = reverse("connected_systems:index")
    assert "répond" in admin.post(test, follow=True, headers={"Referer": edit}).content.decode()
    double.is_down = True
    assert "down" in admin.post(test, follow=True).content.decode()
    assert double.got == []


def test_mapping_is_previewed_on_a_case_that_one_may_read(client, double):
    case = transmitted_case()
    Transmission.objects.all().delete()
    preview = reverse("transmission_preview")
    client.force_login(member())
    page = client.get(preview, {"reference": case.reference}).content.decode()
    assert "MARCHETTI" in page
    assert case.events.filter(kind="case_read").exists()
    assert not Transmission.objects.exists()

    client.force_login(UserFactory(is_staff=True, is_superuser=False))
    assert client.get(preview, {"reference": case.reference}).status_code in (302, 404)


def test_agent_cannot_configure_systems(client, double):
    system = ConnectedSystemFactory()
    client.force_login(member())
    for url in (reverse("connected_systems:index"), reverse("connected_systems:edit", args=[system.pk])):
        assert client.get(url).status_code in (302, 403, 404)
    assert client.post(reverse("connected_system_test", args=[system.pk])).status_code in (302, 403, 404)
