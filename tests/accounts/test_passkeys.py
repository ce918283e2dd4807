"""What anybody may post for a passkey. How one signs in with it, a browser shows: tests/functional/test_sign_in.py."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.factories.accounts import PASSWORD, AgentFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST, ADD, SIGN_IN = (reverse(f"mfa_{name}_webauthn") for name in ("list", "add", "login"))
NONSENSE = [
    "",
    "x",
    "[]",
    "{}",
    "1",
    '{"id": 1}',
    '{"id": "é", "rawId": "AA", "response": {}, "type": "public-key"}',
]
NONSENSE += [
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})
    for response in (
        {"userHandle": "MQ", "clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"},
        {"clientDataJSON": "e30", "attestationObject": "AA"},
        {"userHandle": 7},
        "text",
    )
]


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_opens_nothing_and_adds_nothing(client, credential):
    client.get(SIGN_IN, headers={"Accept": "application/json"})
    refused = client.post(SIGN_IN, {"credential": credential})
    assert (refused.status_code, refused.url) == (302, reverse("account_login"))
    client.force_login(user := UserFactory())
    client.get(ADD)
    page = client.post(ADD, {"name": "Téléphone", "credential": credential})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not user.authenticator_set.exists()


def test_a_passkey_of_somebody_else_is_not_there(client):
    key = Authenticator.objects.create(user=UserFactory(), type="webauthn", data={"name": "Téléphone"})
    client.force_login(UserFactory())
    remove = reverse("mfa_remove_webauthn", args=[key.pk])
    assert client.get(remove).status_code == client.post(remove).status_code == 404
    assert "Téléphone" not in client.get(LIST).text


def test_a_resident_with_a_passkey_still_comes_in_by_a_mailed_code_alone(client):
    """Staff are asked for it: to them it is the second factor."""
    for user, asked in ((UserFactory(password=PASSWORD), False), (AgentFactory(), True)):
        Authenticator.objects.create(user=user, type="webauthn", data={"name": "Téléphone"})
        answer = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
        assert (answer.url == reverse("mfa_authenticate")) is asked
        client.logout()
