"""Requests for passkeys without a browser. The sign-in itself is tested in tests/functional/test_sign_in.py."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.factories.accounts import PASSWORD, AgentFactory, UserFactory
from tests.support.authenticator import passkey

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
NONSENSE += ["[" * 200_000, '{"a":' * 50_000, "9" * 5000]
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
def test_invalid_credential_signs_nobody_in_and_adds_nothing(client, credential):
    client.get(SIGN_IN, headers={"Accept": "application/json"})
    refused = client.post(SIGN_IN, {"credential": credential})
    assert (refused.status_code, refused.url) == (302, reverse("account_login"))
    client.force_login(user := UserFactory())
    client.get(ADD)
    page = client.post(ADD, {"name": "Téléphone", "credential": credential})
    assert page.status_code == 200
    assert page.context["form"].errors
    assert not user.authenticator_set.exists()


def test_passkey_of_another_person_is_not_found(client):
    key = Authenticator.objects.create(user=UserFactory(), type="webauthn", data={"name": "Téléphone"})
    client.force_login(UserFactory())
    remove = reverse("mfa_remove_webauthn", args=[key.pk])
    assert client.get(remove).status_code == client.post(remove).status_code == 404
    assert "Téléphone" not in client.get(LIST).text


def test_resident_with_a_passkey_may_sign_in_by_code_alone(client):
    """Staff must show the passkey, because it is their second factor."""
    for user, asked in ((UserFactory(password=PASSWORD), False), (AgentFactory(), True)):
        Authenticator.objects.create(user=user, type="webauthn", data={"name": "Téléphone"})
        answer = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
        assert (answer.url == reverse("mfa_authenticate")) is asked
        client.logout()


def test_passkeys_require_user_verification(client):
    """Otherwise anyone who finds the key could sign in."""
    agent = AgentFactory()
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    asked = client.post("/admin/login/", {"username": agent.email, "password": PASSWORD}, follow=True)
    options = [asked.context["js_data"]["request_options"]]
    options.append(client.get(SIGN_IN, headers={"Accept": "application/json"}).json()["request_options"])
    assert {one["publicKey"]["userVerification"] for one in options} == {"required"}


def test_refused_passkey_is_reported_on_its_page(client):
    client.force_login(agent := AgentFactory())
    Authenticator.objects.create(user=agent, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    show = reverse("mfa_reauthenticate_webauthn")
    Authenticator.objects.create(user=agent, type="webauthn", data={"name": "Poste", "credential": passkey()})
    client.get(show)
    answer = client.post(show, {"credential": '{"id": 1}', "next": "/admin/cases/"})
    assert "ne convient pas" in answer.text
    assert 'value="/admin/cases/"' in answer.text
