"""Signing in without a password: an address, then the code that was sent there. Staff may have a password too."""

from functools import wraps
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.utils import perform_login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, logout
from django.contrib.messages import get_messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from wagtail.admin.views.account import LoginView

from eservices.accounts import actions
from eservices.accounts.models import SignIn
from eservices.accounts.session_expiry import redirect_to_sign_in
from home.web import rate_limits

from . import sign_in_record
from .identity_provider import provider_name


class SignInView(RequestLoginCodeView):
    """Takes an address. Known or not, the answer is the same: a code is on its way."""

    template_name = "account/login.html"

    def _redirect_to_pending_stage(self, request, stage):
        """Whoever asked for a code may still take another address."""

    def form_valid(self, form):
        form._user = form._user or self._new_account(form.cleaned_data["email"])
        return super().form_valid(form)

    def _new_account(self, email):
        if get_user_model().objects.filter(email=email).exists():
            return None  # closed by the commune: no code, and no word of it to who asks
        language = get_language() or settings.LANGUAGE_CODE
        return actions.get_or_create_account(email=email, language=language)

    def get_context_data(self, **kwargs):
        problems = list(get_messages(self.request))
        return super().get_context_data(**kwargs, problems=problems, provider=provider_name())


class CodeView(ConfirmLoginCodeView):
    """Takes the code; tells how many tries are left after a wrong one."""

    def post(self, request, *args, **kwargs):
        if sign_in_record.allow_code(request, self._process):
            return super().post(request, *args, **kwargs)
        user = self._process.user
        who = f"{user.pk if user else ''} {rate_limits.client_address(request)}"
        sign_in_record.record_lock_out(request, who=who, user=user, method=SignIn.Method.CODE)
        if sign_in_record.was_wrong_too_often(self._process):  # not where others of the network tried
            self._process.abort()
        messages.error(request, get_adapter().error_messages["too_many_login_attempts"])
        return redirect("account_login")

    def get_context_data(self, **kwargs):
        process = self._process
        return super().get_context_data(
            **kwargs,
            problems=list(get_messages(self.request)),
            tries_left=process.max_attempts - process.state["failed_attempts"],
            minutes=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
        )


class StaffSignInView(LoginView):
    """Wagtail's, by password: who has a second factor is asked for it before anything opens."""

    def form_valid(self, form):
        logout(
            self.request
        )  # whoever sat here before; their session would be emptied later, with what is set now
        remember = form.cleaned_data.get("remember")
        self.request.session.set_expiry(settings.SESSION_COOKIE_AGE if remember else 0)
        return perform_login(
            self.request,
            form.get_user(),
            email_verification=EmailVerificationMethod.NONE,
            redirect_url=self.get_success_url(),
        )


def return_after_sign_in(view):
    """Wraps a view of the admin: who was signed out and sends something is told so, and comes back to the page it was
    sent from. The address it goes to often takes what is sent and shows nothing."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        signed_out = request.method == "POST" and not request.user.is_authenticated
        response = view(request, *args, **kwargs)
        if signed_out and response.status_code == 302 and _asks_to_sign_in(response.url):
            return redirect_to_sign_in(request, _page_before(request))
        return response

    return wrapper


def _asks_to_sign_in(url: str) -> bool:
    return url.startswith(f"{reverse('wagtailadmin_login')}?")


def _page_before(request) -> str:
    """The page of ours that the request was sent from; where the browser keeps it to itself, the one asked for."""
    before = urlsplit(request.headers.get("Referer", ""))
    if before.netloc != request.get_host():
        return request.get_full_path()
    return before._replace(scheme="", netloc="", fragment="").geturl()


sign_in = SignInView.as_view()
staff_sign_in = StaffSignInView.as_view()
code = CodeView.as_view()
