"""Passkeys: a telephone or computer proves who its user is, by fingerprint, face or PIN.

No code is sent or typed.

For residents it is a faster sign-in. For staff it is also the second factor, because unlocking the device proves
two factors at once: the device, and the fingerprint, face or PIN.
"""

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth, flows
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache

from eservices.accounts.models import User
from eservices.accounts.signals import passkeys_changed

from .second_factor import mark_second_factor_verified


class PasskeySignInView(views.LoginWebAuthnView):
    """Sign-in by passkey.

    The address is not verified again, because the user who added the passkey was signed in.
    """

    def _redirect_to_pending_stage(self, request, stage):
        """Do nothing, so that a user who was asked for a code can use the passkey instead."""

    def form_valid(self, form):
        key = form.cleaned_data["credential"]
        login = Login(user=key.user, email_verification=EmailVerificationMethod.NONE)
        return flows.perform_passwordless_login(self.request, key, login)


class AddPasskeyView(views.AddWebAuthnView):
    """Adding a passkey that is stored on the device and needs fingerprint, face or PIN.

    Such a passkey identifies its user and counts as a second factor.
    """

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)  # which begins a registration without ``passwordless``
        return context | {"options": auth.begin_registration(self.request.user, passwordless=True)}

    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            passkeys_changed.send(User, user=self.request.user, name=form.cleaned_data["name"], added=True)
        mark_second_factor_verified(self.request, Authenticator.Type.WEBAUTHN)
        return response

    def get_success_url(self):
        """Return the page of recovery codes for staff who just got them, else the list of passkeys.

        Residents need no recovery codes: without the device they sign in by e-mailed code.
        """
        new_codes = self.did_generate_recovery_codes and self.request.user.works_here
        return reverse("mfa_view_recovery_codes" if new_codes else "mfa_list_webauthn")


class RemovePasskeyView(views.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_list_webauthn")

    def form_valid(self, form):
        name = self.object.wrap().name
        with transaction.atomic():
            response = super().form_valid(form)
            passkeys_changed.send(User, user=self.request.user, name=name, added=False)
        return response


class PasskeyReauthenticationView(views.ReauthenticateWebAuthnView):
    """Authenticating again by passkey.

    A wrong passkey is reported on this page, so that the action that needed it is not lost.
    """

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data() | {"form": form})


index = never_cache(views.list_webauthn)
add = never_cache(login_required(AddPasskeyView.as_view()))
remove = never_cache(login_required(RemovePasskeyView.as_view()))
sign_in = never_cache(PasskeySignInView.as_view())
show_again = never_cache(PasskeyReauthenticationView.as_view())
