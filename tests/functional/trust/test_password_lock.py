"""Lock against guessed passwords: it stops guessing without locking out a town hall."""

import pytest
from django.test import Client
from django.utils import timezone

from eservices.accounts.models import SignIn
from eservices.space.authentication.forms import MAX_WRONG_PASSWORDS, MOST_WRONG_OF_ACCOUNT
from tests.factories.accounts import PASSWORD, AgentFactory

pytestmark = pytest.mark.django_db
TOWN_HALL, STRANGER = "198.51.100.7", "192.0.2.9"


def try_password(email: str, password: str, network: str) -> bool:
    client = Client(REMOTE_ADDR=network)
    client.post("/admin/login/", {"username": email, "password": password})
    return "_auth_user_id" in client.session


def test_wrong_passwords_from_outside_do_not_lock_the_town_hall(monkeypatch):
    monkeypatch.setattr("eservices.space.authentication.forms.MAX_WRONG_PASSWORDS", 3)
    monkeypatch.setattr("eservices.space.authentication.forms.MOST_WRONG_OF_ACCOUNT", 5)
    agent = AgentFactory()
    assert try_password(agent.email, PASSWORD, TOWN_HALL)
    for number in range(8):
        assert not try_password(agent.email, "faux", f"192.0.2.{number // 3}")
    assert not try_password(agent.email, PASSWORD, STRANGER), "a network that nobody knows"
    assert try_password(agent.email, PASSWORD, TOWN_HALL)


def test_mistyped_passwords_do_not_lock_others_of_the_network(monkeypatch):
    monkeypatch.setattr("eservices.space.authentication.forms.MAX_WRONG_PASSWORDS", 3)
    monkeypatch.setattr("eservices.space.authentication.forms.MOST_WRONG_OF_NETWORK", 4)
    clumsy, other = AgentFactory(), AgentFactory()
    SignIn.objects.create(user=other, kind=SignIn.Kind.SIGNED_IN, network=TOWN_HALL, at=timezone.now())
    for _ in range(3):
        try_password(clumsy.email, "faux", TOWN_HALL)
    assert not try_password(clumsy.email, PASSWORD, TOWN_HALL)
    for _ in range(2):
        try_password("personne@orvenay.example", "faux", TOWN_HALL)
    assert try_password(other.email, PASSWORD, TOWN_HALL)
    assert SignIn.objects.filter(user=clumsy, kind=SignIn.Kind.LOCKED_OUT).exists()
    assert MAX_WRONG_PASSWORDS < MOST_WRONG_OF_ACCOUNT
