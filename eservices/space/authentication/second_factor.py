"""The second factor of staff: six digits of an app on their telephone, which a stolen mailbox does not reveal.

allauth sets it up and asks for it; this module decides where it is required.
"""

from functools import partial
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.middleware import get_user
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from eservices.accounts.models import User
from eservices.accounts.signals import second_factor_changed, spare_codes_made


class SecondFactorMiddleware:
    """The middleware that suspends rights in sessions without a second factor, if the commune requires one.

    Residents are not affected, because they have no rights. Staff who enter the admin are redirected to the page
    where the second factor is shown or set up.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.STAFF_SECOND_FACTOR:
            request.user = SimpleLazyObject(partial(_who_owes, request))
            if _opens_the_admin(request.path) and (
                step := second_factor_url(request.user, request.get_full_path())
            ):
                return redirect(step)
        return self.get_response(request)


def _who_owes(request: HttpRequest):
    user = get_user(request)
    user.owes_a_factor = user.is_authenticated and not is_second_factor_verified(request, user)
    return user


def _opens_the_admin(path: str) -> bool:
    return path.startswith("/admin/") and path != reverse("wagtailadmin_logout")


def is_second_factor_verified(request: HttpRequest, user: User) -> bool:
    """Return whether a second factor that ``user`` still has was verified in this session."""
    shown = [one.get("id") for one in get_authentication_records(request, user) if one["method"] == "mfa"]
    return bool(shown) and user.authenticator_set.filter(pk__in=shown).exists()


def second_factor_url(user, onwards: str) -> str:
    """Return the address where ``user`` shows or sets up the second factor, then continues to ``onwards``.

    "" if no second factor is missing, and for users without rights that depend on it.
    """
    if not user.is_authenticated or not user.owes_a_factor or not user.works_here:
        return ""
    with override(user.language):
        for way in get_adapter().get_reauthentication_methods(user):
            return f"{way['url']}?{urlencode({'next': onwards})}"
        return reverse("mfa_activate_totp")


def mark_second_factor_verified(request: HttpRequest, kind: Authenticator.Type) -> None:
    """Mark the new second factor as verified in this session, so that it is not asked for at once."""
    new = request.user.authenticator_set.filter(type=kind).latest("pk")
    record_authentication(request, request.user, "mfa", id=new.pk, type=kind, reauthenticated=True)


class VerifySecondFactorView(base.AuthenticateView):
    """The second factor at sign-in, by code or passkey."""

    def get_context_data(self, **kwargs):
        kinds = self.stage.login.user.authenticator_set.values_list("type", flat=True)
        return super().get_context_data(**kwargs) | {"has_app": Authenticator.Type.TOTP in kinds}


class SetUpSecondFactorView(totp.ActivateTOTPView):
    """Setting up the app, for staff only.

    A resident who lost the telephone would be locked out of a space that the mailbox opens.
    """

    def dispatch(self, request, *args, **kwargs):
        if not request.user.works_here:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            second_factor_changed.send(User, user=self.request.user, held=True)
        mark_second_factor_verified(self.request, Authenticator.Type.TOTP)
        return response

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"key": _in_fours(context["form"].secret)}


class RemoveSecondFactorView(totp.DeactivateTOTPView):
    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            second_factor_changed.send(User, user=self.request.user, held=False)
        return response


class NewRecoveryCodesView(recovery_codes.GenerateRecoveryCodesView):
    def form_valid(self, form):
        with transaction.atomic():
            response = super().form_valid(form)
            spare_codes_made.send(User, user=self.request.user)
        return response


def _in_fours(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


show = never_cache(VerifySecondFactorView.as_view())
show_again = never_cache(base.reauthenticate)
index = never_cache(base.index)
# allauth stores the data that is posted without a sign-in: anybody could fill the table of sessions with megabytes.
set_up = never_cache(login_required(SetUpSecondFactorView.as_view()))
remove = never_cache(RemoveSecondFactorView.as_view())
spare_codes = never_cache(recovery_codes.view_recovery_codes)
new_spare_codes = never_cache(login_required(NewRecoveryCodesView.as_view()))
