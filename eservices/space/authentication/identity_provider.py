"""Sign-in through an identity provider. No account is created for an address that the provider did not prove."""

import logging

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from eservices.accounts import actions, claims
from eservices.accounts.claims import IdentityClaims
from eservices.accounts.models import IdentityLevel, User
from eservices.accounts.signals import provider_changed

logger = logging.getLogger(__name__)
PROVIDER = "eservices.accounts.backends.ProviderBackend"
BY_CODE = "allauth.account.auth_backends.AuthenticationBackend"


class IdentityProviderAdapter(DefaultSocialAccountAdapter):
    """The adapter that finds or creates the account of the person attested by the provider.

    It stores the identity proof.
    """

    def pre_social_login(self, request, sociallogin):
        said = self._said(request, sociallogin)
        user = sociallogin.user if sociallogin.is_existing else self._account(request, said)
        if not user.is_active:
            _refuse(request, _("This account is closed."))
        if not actions.may_belong_to(user, said):
            _refuse(request, _("This account belongs to another person. Come to our counter."))
        if not sociallogin.is_existing:
            with transaction.atomic():
                sociallogin.connect(request, user)
                provider_changed.send(User, user=user, name=provider_name(), linked=True)
        actions.save_claims(actor=user, said=said)
        sociallogin.user.backend = PROVIDER if said.level == IdentityLevel.ASSURED else BY_CODE

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        if error == AuthError.CANCELLED:
            _refuse(request, _("You did not sign in. Try again, or take the code by e-mail."))
        logger.warning("Signing in through %s failed: %s", provider.name, exception or error)
        provider_error_response(request)

    def is_open_for_signup(self, request, sociallogin):
        """Return False: ``pre_social_login`` has found or created the account before."""
        return False

    def _said(self, request, sociallogin) -> IdentityClaims:
        data = sociallogin.account.extra_data
        try:
            return claims.read_claims(data, claim=settings.OIDC_LEVEL_CLAIM, levels=settings.OIDC_LEVELS)
        except claims.UnusableClaims as fault:
            logger.warning("Signing in through the provider failed: %s", fault)
            provider_error_response(request)

    def _account(self, request, said: IdentityClaims) -> User:
        """Return the account that is signed in, else that of the address proved by the provider."""
        if request.user.is_authenticated:
            return get_user_model().objects.get(pk=request.user.pk)
        if not said.email:
            text = _(
                "Your identity provider proves no e-mail address. Sign in by code first, then connect it."
            )
            _refuse(request, text)
        return actions.get_or_create_account(
            email=said.email, language=get_language() or settings.LANGUAGE_CODE
        )


def provider_name() -> str:
    """Return the name of the identity provider; "" if the commune has none."""
    return next((app["name"] for app in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]), "")


def provider_error_response(request):
    """Refuse the sign-in because the provider gave no usable answer. Always raises."""
    _refuse(
        request,
        _("The identity provider could not sign you in. Try again later, or take the code by e-mail."),
    )


def _refuse(request, why: str):
    messages.error(request, why)
    raise ImmediateHttpResponse(
        redirect("space:identity" if request.user.is_authenticated else "account_login")
    )
