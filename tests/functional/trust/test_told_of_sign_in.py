"""Notification of an account's owner when an identity provider is linked to it."""

import pytest
from django.urls import reverse

from eservices.accounts.models import IdentityLevel
from eservices.deliveries.models import Delivery
from tests.factories.accounts import UserFactory
from tests.factories.identity_provider import providing

pytestmark = [pytest.mark.django_db]
LOGIN = "/compte/oidc/idp/login/"


def test_person_is_notified_of_a_linked_provider_and_removes_it(client, settings):
    victim = UserFactory(email="elodie@courriel.example")
    with providing() as provider:
        provider.claims = {"sub": "9", "acr": "high", "email": victim.email, "email_verified": True}
        settings.SOCIALACCOUNT_PROVIDERS = provider.settings()
        settings.OIDC_LEVELS = {"high": IdentityLevel.ASSURED}
        away = client.post(LOGIN)
        client.get(f"{LOGIN}callback/", provider.sign_in(away["Location"]))
        letter = Delivery.objects.get(recipient=victim.email)
        assert letter.title == "Un fournisseur d’identité donne accès à votre compte"
        assert reverse("space:identity") in letter.payload["text"]
        client.post(reverse("space:remove_provider"))
    assert not victim.socialaccount_set.exists()
