"""The file security.txt, read as RFC 9116 defines it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories.home import CommuneSettingsFactory

pytestmark = pytest.mark.django_db
PATH = "/.well-known/security.txt"


def fields(client) -> dict[str, list[str]]:
    answer = client.get(PATH)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    found: dict[str, list[str]] = {}
    for line in answer.content.decode().splitlines():
        name, value = line.split(": ", 1)
        found.setdefault(name, []).append(value)
    return found


def test_security_contact_is_that_of_the_operator(client, settings):
    CommuneSettingsFactory(email="greffe@orvenay.example")
    settings.SECURITY_CONTACT = ["mailto:security@orvenay.example", "https://orvenay.example/signaler"]
    settings.WAGTAILADMIN_BASE_URL = "https://www.orvenay.example"
    found = fields(client)
    assert found["Contact"] == settings.SECURITY_CONTACT
    assert found["Canonical"] == [f"https://www.orvenay.example{PATH}"]
    assert found["Preferred-Languages"] == ["fr, de, it, en"]


def test_security_contact_is_otherwise_that_of_the_commune(client):
    CommuneSettingsFactory(email="greffe@orvenay.example")
    assert fields(client)["Contact"] == ["mailto:greffe@orvenay.example"]


def test_security_contact_without_address_is_no_file(client):
    CommuneSettingsFactory(email="")
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize("day", ["2026-02-28T23:59:59", "2027-12-31T12:00:00", "2028-02-29T00:00:00"])
def test_security_contact_never_lapses_nor_lasts_a_year(client, day):
    CommuneSettingsFactory(email="greffe@orvenay.example")
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        [expires] = fields(client)["Expires"]
    left = datetime.fromisoformat(expires) - now
    assert timedelta(days=80) < left < timedelta(days=365)
