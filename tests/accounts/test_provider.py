"""Sign-in through an identity provider: a double over HTTP with configurable claims and errors."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from wagtail.models import ModelLogEntry

from eservices.accounts.models import IdentityLevel, IdentityProof, User
from eservices.deliveries.models import Delivery
from eservices.submissions import actions
from eservices.submissions.models import Submission
from tests.factories.accounts import UserFactory, known
from tests.factories.identity_provider import providing
from tests.factories.submissions import DraftFactory, sent

pytestmark = pytest.mark.django_db
EMAIL, KNOWN, ASSURED = IdentityLevel.EMAIL, IdentityLevel.KNOWN, IdentityLevel.ASSURED
LOGIN = "/compte/oidc/idp/login/"
ELODIE = {
    "sub": "7f3a",
    "acr": "high",
    "email": "Elodie@Courriel.example",
    "email_verified": True,
    "given_name": "Élodie",
    "family_name": "Marchetti",
    "birthdate": "1988-04-17",
}


@pytest.fixture(scope="module")
def server():
    with providing() as found:
        yield found


@pytest.fixture
def provider(server, settings):
    server.claims, server.broken = dict(ELODIE), {}
    settings.SOCIALACCOUNT_PROVIDERS = server.settings()
    settings.OIDC_LEVELS = {"high": ASSURED, "substantial": KNOWN}
    return server


def sign_in(client, provider, next_page="", **claims):
    """Sign in at the provider and return to the site."""
    provider.claims |= claims
    away = client.post(LOGIN + (f"?next={next_page}" if next_page else ""))
    assert away.status_code == 302
    assert "acr_values=high" in away["Location"]
    return client.get(f"{LOGIN}callback/", provider.sign_in(away["Location"]))


def page_after_redirect(client, answer) -> str:
    """Return the page to which the user is redirected."""
    return client.get(answer["Location"]).content.decode()


def test_first_sign_in_creates_a_proven_account(client, provider):
    answer = sign_in(client, provider, "/de/espace/identite/")
    assert (answer.status_code, answer["Location"]) == (302, "/de/espace/identite/")
    user = User.objects.get()
    assert user.email == "elodie@courriel.example"
    assert user.address_is_proven
    assert str(user.known_as) == "Élodie Marchetti"
    assert (user.known_as.birth_date, user.known_as.level) == (date(1988, 4, 17), ASSURED)
    assert not user.has_usable_password()
    page = client.get(reverse("space:identity")).content.decode()
    assert "Élodie Marchetti" in page


@pytest.mark.parametrize(
    ("claims", "level"),
    [
        ({"acr": "high"}, ASSURED),
        ({"acr": "substantial"}, KNOWN),
        ({"acr": "unheard of"}, EMAIL),
        ({"acr": None}, EMAIL),
        ({"acr": "high", "family_name": None}, EMAIL),
    ],
)
def test_identity_level_follows_the_claim_for_this_sign_in(client, provider, claims, level):
    sign_in(client, provider, **claims)
    user = client.get(reverse("space:home")).context["user"]
    assert user.level == level
    client.logout()
    client.force_login(User.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("space:home")).context["user"].level == min(level, KNOWN)


def test_second_sign_in_finds_the_account_by_subject(client, provider):
    sign_in(client, provider)
    client.logout()
    sign_in(client, provider, email="another@courriel.example")
    assert User.objects.get().email == "elodie@courriel.example"
    assert IdentityProof.objects.count() == 1


def test_account_of_an_address_proven_by_the_provider_is_linked(client, provider):
    elodie = UserFactory(email="elodie@courriel.example")
    sign_in(client, provider)
    assert User.objects.get() == elodie
    assert SocialAccount.objects.get().user == elodie


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "true"}, {"email": None}])
def test_unproven_address_of_the_provider_signs_nobody_in(client, provider, claims):
    UserFactory(email="elodie@courriel.example")
    page = page_after_redirect(client, sign_in(client, provider, **claims))
    assert "ne prouve aucune adresse" in page
    assert not SocialAccount.objects.exists()
    assert not client.get(reverse("space:home")).context


def test_signed_in_user_links_the_provider_to_that_account(client, provider):
    user = UserFactory()
    client.force_login(user)
    sign_in(client, provider, email=None)
    user.refresh_from_db()
    assert user.identity_level == ASSURED
    assert SocialAccount.objects.get().user == user
    assert client.get(reverse("space:home")).context["user"].level == ASSURED
    assert not EmailAddress.objects.filter(email="elodie@courriel.example").exists()


def test_account_proven_for_another_person_is_not_linked(client, provider):
    otto = known("Otto", "Muster", email="elodie@courriel.example")
    page = page_after_redirect(client, sign_in(client, provider))
    assert "quelqu’un d’autre" in page
    assert not SocialAccount.objects.exists()
    assert str(otto.known_as) == "Otto Muster"


def test_closed_account_stays_closed(client, provider):
    UserFactory(email="elodie@courriel.example", is_active=False)
    assert "fermé" in page_after_redirect(client, sign_in(client, provider))


def test_submission_stores_the_identity_level_of_the_sign_in(client, provider):
    sign_in(client, provider)
    user = User.objects.get()
    user.assured = True  # as the session's backend sets it
    draft = DraftFactory(complete=True, user=user)
    draft.user = User.objects.get()
    with_provider = actions.submit(actor=user, draft=draft)
    by_code = sent(user=User.objects.get())
    assert [one.identity_level for one in (with_provider, by_code)] == [ASSURED, KNOWN]
    assert Submission.objects.count() == 2


# -- Errors --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "broken",
    [
        {"/.well-known/openid-configuration": (500, b"")},
        {"/.well-known/openid-configuration": (200, b"<html>")},
        {"/.well-known/openid-configuration": (200, b"{}")},
    ],
)
def test_unavailable_provider_points_to_the_sign_in_by_code(client, provider, broken):
    provider.broken = broken
    assert "code par e-mail" in page_after_redirect(client, client.post(LOGIN))


@pytest.mark.parametrize(
    "broken",
    [
        {"/token": (500, b"")},
        {"/token": (200, b"null")},
        {"/token": (200, b'{"access_token": "t", "id_token": "nonsense"}')},
        {"/userinfo": (500, b"")},
        {"/userinfo": (200, b"<html>")},
        {"/userinfo": (200, b'{"sub": "somebody else"}')},
    ],
)
def test_invalid_response_of_the_provider_signs_nobody_in(client, provider, broken):
    away = client.post(LOGIN)
    provider.broken = broken
    answer = client.get(f"{LOGIN}callback/", provider.sign_in(away["Location"]))
    assert "code par e-mail" in page_after_redirect(client, answer)
    assert not User.objects.exists()


def test_foreign_or_expired_token_signs_nobody_in(client, provider):
    for claims in (
        {"aud": "another"},
        {"aud": "commune", "exp": 1},
        {"exp": 2**40, "iss": "https://else.example"},
    ):
        assert "code par e-mail" in page_after_redirect(client, sign_in(client, provider, **claims))
    assert not User.objects.exists()


def test_cancelled_sign_in_returns_to_the_sign_in_page(client, provider):
    away = client.post(LOGIN)
    state = provider.sign_in(away["Location"])["state"]
    answer = client.get(f"{LOGIN}callback/", {"error": "access_denied", "state": state})
    assert "La connexion n’a pas eu lieu" in page_after_redirect(client, answer)
    assert client.get(f"{LOGIN}callback/", {"code": "forged", "state": "forged"}).status_code == 302
    assert not User.objects.exists()


def test_sign_in_page_without_a_provider_has_no_link_to_one(client, settings):
    assert "oidc" not in client.get(reverse("account_login")).content.decode()
    assert client.post(LOGIN).status_code == 404
    assert client.get(LOGIN).status_code == 405


# -- Notifications of the owner ------------------------------------------------------------------------------
def letters_to(address: str) -> list[str]:
    return [one.payload["text"] for one in Delivery.objects.filter(recipient=address)]


def logged(user: User) -> list[tuple]:
    found = ModelLogEntry.objects.for_instance(user).order_by("timestamp")
    return [(one.action, one.user_id, one.label) for one in found]


def test_linking_a_provider_is_notified_and_logged(client, provider):
    elodie = UserFactory(email="elodie@courriel.example")
    sign_in(client, provider)
    client.logout()
    sign_in(client, provider)
    (letter,) = letters_to(elodie.email)
    assert "ConnexionVD" in letter
    assert "/espace/identite/" in letter
    assert logged(elodie) == [("accounts.link_provider", elodie.pk, f"#{elodie.pk}")]


def test_linking_a_provider_notifies_every_proven_address(client, provider):
    user = UserFactory()
    EmailAddress.objects.create(user=user, email="autre@courriel.example", verified=True)
    EmailAddress.objects.create(user=user, email="jamais@courriel.example")
    client.force_login(user)
    sign_in(client, provider, email=None)
    assert len(letters_to(user.email)) == len(letters_to("autre@courriel.example")) == 1
    assert not letters_to("jamais@courriel.example")


def test_removed_provider_is_notified_and_identity_stays_proven(client, provider):
    sign_in(client, provider)
    user = User.objects.get()
    page = client.get(reverse("space:identity"))
    assert reverse("space:remove_provider") in page.text
    assert client.post(reverse("space:remove_provider")).url == reverse("space:identity")
    client.post(reverse("space:remove_provider"))
    assert not SocialAccount.objects.exists()
    assert reverse("space:remove_provider") not in client.get(reverse("space:identity")).text
    assert len(letters_to(user.email)) == 2
    assert [one[0] for one in logged(user)] == ["accounts.link_provider", "accounts.remove_provider"]
    user.refresh_from_db()
    assert user.identity_level == ASSURED, "what was proven stays proven"


def test_provider_cannot_be_removed_by_a_stranger(client, provider):
    sign_in(client, provider)
    client.logout()
    assert client.post(reverse("space:remove_provider")).status_code == 302
    assert SocialAccount.objects.exists()
